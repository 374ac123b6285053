//! The demo's world: who lives in the emulator, and our two pairs of registrations there.

use super::CommandError;
use crate::microsoft::{
    certificate,
    config::{Registration, SetupPair},
};
use emulator::{
    Emulator, Scenario, TenantGrant,
    scenario::{Application, ExposedScope, OptionalClaims, RequiredResource},
};
use shared::{id::ClientId, secret::Secret, time::Timestamp};
use std::{collections::BTreeSet, fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};
use uuid::{Uuid, uuid};

/// Rekey Sign-in: the page.
pub const SIGN_IN: Uuid = uuid!("5e10c0de-0001-4a00-8000-000000000001");
/// Rekey Access: the API that acts for an account.
pub const ACCESS: Uuid = uuid!("5e10c0de-0002-4a00-8000-000000000002");
/// Rekey Setup Sign-in: the page that administrators sign in through for modern.
pub const SETUP_SIGN_IN: Uuid = uuid!("5e10c0de-0004-4a00-8000-000000000004");
/// Rekey Setup: the API that acts for an administrator for minutes.
pub const SETUP: Uuid = uuid!("5e10c0de-0005-4a00-8000-000000000005");
/// The owner of the sample organization.
pub const OWNER: &str = "maya.lindqvist@northwind.example";
/// The holders of the accounts in the sample list.
pub const HOLDERS: [&str; 4] =
    ["backup@contoso.com", "priya.shah@contoso.com", "backup@fabrikam.com", "kim.larsen@adatum.com"];
/// The sample list.
pub const SAMPLE: &str = include_str!("sample.csv");

const GRAPH: Uuid = uuid!("00000003-0000-0000-c000-000000000000");
const VENDOR: Uuid = uuid!("6f1d0d30-0f5d-4d60-9a2b-7b1f3c5e9a01");
const CONTOSO: Uuid = uuid!("7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16");
const YEARS_3: i64 = 3 * 365 * 24 * 3600;

/// People, roles and policies.
pub fn scenario() -> Result<Scenario, CommandError> {
    Ok(Scenario::from_toml(include_str!("scenario.toml"))?)
}

/// Our side of the registrations.
#[derive(Debug, Clone)]
pub struct Registrations {
    /// Rekey Access.
    pub access: Registration,
    /// Rekey Setup Sign-in and Rekey Setup.
    pub setup: SetupPair,
}

/// Registers the four applications, as an operator does once at Microsoft, and gives our side of them.
pub fn register(emulator: &Emulator, origin: &str, data: &Path) -> Result<Registrations, CommandError> {
    Ok(Registrations {
        access: register_access(emulator, origin, data)?,
        setup: register_setup(emulator, origin, data)?,
    })
}

fn base(client_id: Uuid, name: &str) -> Application {
    Application {
        client_id,
        display_name: name.to_owned(),
        home_tenant: VENDOR,
        publisher: Some("Rekey (demo)".to_owned()),
        publisher_verified: true,
        multi_tenant: true,
        // D6: no tenant can add credentials to its copy.
        instance_lock: true,
        ..Application::default()
    }
}

/// The pair for modern. It never names the other pair, so that nobody is asked for both (§3).
fn register_setup(emulator: &Emulator, origin: &str, data: &Path) -> Result<SetupPair, CommandError> {
    let (certificate_pem, private_key_pem) = certificate(emulator, data, "setup", "Rekey Setup (demo)")?;
    emulator.put_application(Application {
        spa_redirect_uris: vec![format!("{origin}/connect/callback")],
        required_resource_access: vec![RequiredResource {
            resource: SETUP,
            scopes: vec!["access_as_user".to_owned()],
            roles: Vec::new(),
        }],
        optional_claims: OptionalClaims { id_token: vec!["acct".to_owned()], access_token: Vec::new() },
        // So that the page can say early which role is missing; Microsoft's refusal decides.
        group_membership_claims: Some("DirectoryRole".to_owned()),
        ..base(SETUP_SIGN_IN, "Rekey Setup Sign-in")
    });
    emulator.put_application(Application {
        web_redirect_uris: vec![format!("{origin}/connect/approved")],
        certificates: vec![certificate_pem.clone()],
        identifier_uris: vec![format!("api://{SETUP}")],
        exposed_scopes: vec![ExposedScope {
            value: "access_as_user".to_owned(),
            id: uuid!("5e10c0de-0006-4a00-8000-000000000006"),
            admin_only: true,
            description: "Set up backup for your organization".to_owned(),
        }],
        required_resource_access: vec![RequiredResource {
            resource: GRAPH,
            scopes: vec!["Application.ReadWrite.All".to_owned(), "AppRoleAssignment.ReadWrite.All".to_owned()],
            roles: Vec::new(),
        }],
        known_client_applications: vec![SETUP_SIGN_IN],
        group_membership_claims: Some("DirectoryRole".to_owned()),
        ..base(SETUP, "Rekey Setup")
    });
    let api =
        Registration { client_id: ClientId(SETUP), certificate_pem, private_key_pem: Secret::new(private_key_pem) };
    Ok(SetupPair { page: ClientId(SETUP_SIGN_IN), api })
}

fn register_access(emulator: &Emulator, origin: &str, data: &Path) -> Result<Registration, CommandError> {
    let (certificate_pem, private_key_pem) = certificate(emulator, data, "access", "Rekey Access (demo)")?;
    emulator.put_application(Application {
        spa_redirect_uris: vec![format!("{origin}/connect/callback"), format!("{origin}/sign-in/callback")],
        required_resource_access: vec![RequiredResource {
            resource: ACCESS,
            scopes: vec!["access_as_user".to_owned()],
            roles: Vec::new(),
        }],
        // So that a guest is told before Save.
        optional_claims: OptionalClaims { id_token: vec!["acct".to_owned()], access_token: Vec::new() },
        ..base(SIGN_IN, "Rekey Sign-in")
    });
    emulator.put_application(Application {
        web_redirect_uris: vec![format!("{origin}/connect/callback"), format!("{origin}/connect/approved")],
        certificates: vec![certificate_pem.clone()],
        identifier_uris: vec![format!("api://{ACCESS}")],
        exposed_scopes: vec![ExposedScope {
            value: "access_as_user".to_owned(),
            id: uuid!("5e10c0de-0003-4a00-8000-000000000003"),
            admin_only: false,
            description: "Let the backup work for you".to_owned(),
        }],
        required_resource_access: vec![RequiredResource {
            resource: GRAPH,
            scopes: vec!["User.Read".to_owned(), "offline_access".to_owned()],
            roles: Vec::new(),
        }],
        known_client_applications: vec![SIGN_IN],
        ..base(ACCESS, "Rekey Access")
    });
    // Contoso's administrator has approved the backup before; Fabrikam's has not, and Adatum lets people decide.
    let scopes = [
        "User.Read",
        "offline_access",
        "openid",
        "profile",
        "Mail.Read",
        "MailboxSettings.Read",
        "Calendars.Read",
        "Contacts.Read",
        "Tasks.Read",
        "Files.Read",
        "Sites.Read.All",
        "Notes.Read",
        "Chat.Read",
        "ChannelMessage.Read.All",
    ];
    emulator.grant_tenant_wide(&TenantGrant {
        tid: CONTOSO,
        client: ACCESS,
        resource: GRAPH,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        roles: BTreeSet::new(),
    });
    Ok(Registration { client_id: ClientId(ACCESS), certificate_pem, private_key_pem: Secret::new(private_key_pem) })
}

/// The demo's certificate of a registration, made once and kept in the data folder.
fn certificate(emulator: &Emulator, data: &Path, file: &str, name: &str) -> Result<(String, String), CommandError> {
    let (public, private) = (data.join(format!("{file}.crt.pem")), data.join(format!("{file}.key.pem")));
    if public.exists() && private.exists() {
        return Ok((fs::read_to_string(public)?, fs::read_to_string(private)?));
    }
    let now = Timestamp(emulator_now(emulator));
    let made = certificate::self_signed(name, now.plus(-900), now.plus(YEARS_3))?;
    fs::write(&public, &made.certificate_pem)?;
    let mut file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&private)?;
    file.write_all(made.private_key_pem.expose().as_bytes())?;
    Ok((made.certificate_pem, made.private_key_pem.expose().clone()))
}

fn emulator_now(emulator: &Emulator) -> i64 {
    emulator.now_millis().div_euclid(1000)
}
