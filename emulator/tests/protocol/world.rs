//! The world of these tests: two companies, a pair of page and API, a confidential web application.

use std::sync::{Arc, OnceLock};

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rekey_emulator::scenario::{Application, ExposedScope, OptionalClaims, Person, RequiredResource, Scenario, Tenant};
use rekey_emulator::{Config, Emulator};
use uuid::Uuid;

use crate::driver::{Browser, Http};

pub const GRAPH: Uuid = Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000);
pub const CONTOSO: Uuid = Uuid::from_u128(0xc0c0_0000_0000_4000_8000_0000_0000_0001);
pub const FABRIKAM: Uuid = Uuid::from_u128(0xfab0_0000_0000_4000_8000_0000_0000_0002);
pub const PAGE: Uuid = Uuid::from_u128(0xa000_0000_0000_4000_8000_0000_0000_0001);
pub const API: Uuid = Uuid::from_u128(0xa000_0000_0000_4000_8000_0000_0000_0002);
pub const STRANGER: Uuid = Uuid::from_u128(0xa000_0000_0000_4000_8000_0000_0000_0003);
pub const PAGE_URI: &str = "https://app.example/callback";
pub const API_URI: &str = "https://app.example/consented";
pub const ADMIN: &str = "anna@contoso.com";
pub const TOM: &str = "tom@contoso.com";
pub const MFA: &str = "max@contoso.com";
pub const LEE: &str = "lee@fabrikam.com";
pub const PERSONAL: &str = "ida@outlook.example";

/// A key pair with a certificate.
pub struct Credential {
    pub certificate_pem: String,
    pub certificate_der: Vec<u8>,
    pub key: KeyPair,
}

pub fn credential() -> Credential {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    Credential { certificate_pem: certificate.pem(), certificate_der: certificate.der().to_vec(), key }
}

pub struct World {
    pub emulator: Emulator,
    pub credential: Arc<Credential>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Scenario)) -> Self {
        static SHARED: OnceLock<Arc<Credential>> = OnceLock::new();
        let credential = Arc::clone(SHARED.get_or_init(|| Arc::new(credential())));
        let mut scenario = scenario(&credential);
        change(&mut scenario);
        let emulator = Emulator::start(Config::new(scenario)).await.unwrap();
        Self { emulator, credential }
    }

    #[expect(clippy::unused_self, reason = "reads as: a browser of this world")]
    pub fn browser(&self) -> Browser {
        Browser::new()
    }

    pub fn http(&self) -> Http {
        Http::new(self.emulator.login(), self.emulator.graph(), self.emulator.now_millis() / 1000)
    }
}

pub fn scenario(credential: &Credential) -> Scenario {
    let mut contoso = Tenant::new(CONTOSO, "Contoso Ltd", "contoso.com");
    contoso.domains = vec!["contoso.onmicrosoft.com".to_owned()];
    contoso.people = vec![
        Person { roles: vec!["Global Administrator".to_owned()], ..Person::new(ADMIN, "pw-anna", "Anna Berg") },
        Person::new(TOM, "pw-tom", "Tom Reed"),
        Person {
            totp_secret: Some("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned()),
            mfa_enforced: true,
            ..Person::new(MFA, "pw-max", "Max Stern")
        },
    ];
    let mut fabrikam = Tenant::new(FABRIKAM, "Fabrikam Inc", "fabrikam.com");
    fabrikam.people = vec![
        Person { guest_of: vec!["contoso.com".to_owned()], ..Person::new(LEE, "pw-lee", "Lee Brook") },
        Person { personal: true, ..Person::new(PERSONAL, "pw-ida", "Ida Holm") },
    ];
    Scenario {
        name: "protocol tests".to_owned(),
        tenants: vec![contoso, fabrikam],
        applications: vec![page(), api(credential), stranger(credential)],
        ..Scenario::default()
    }
}

pub fn page() -> Application {
    Application {
        client_id: PAGE,
        display_name: "Page".to_owned(),
        home_tenant: FABRIKAM,
        publisher: Some("Fabrikam Inc".to_owned()),
        publisher_verified: true,
        multi_tenant: true,
        spa_redirect_uris: vec![PAGE_URI.to_owned(), "https://bare.example".to_owned()],
        web_redirect_uris: vec!["https://app.example/web".to_owned()],
        required_resource_access: vec![RequiredResource {
            resource: API,
            scopes: vec!["access".to_owned()],
            roles: vec![],
        }],
        optional_claims: OptionalClaims {
            id_token: ["acct", "login_hint", "sid"].map(str::to_owned).to_vec(),
            access_token: vec![],
        },
        ..Application::default()
    }
}

pub fn api(credential: &Credential) -> Application {
    Application {
        client_id: API,
        display_name: "Access".to_owned(),
        home_tenant: FABRIKAM,
        publisher: Some("Fabrikam Inc".to_owned()),
        publisher_verified: true,
        multi_tenant: true,
        web_redirect_uris: vec![API_URI.to_owned()],
        certificates: vec![credential.certificate_pem.clone()],
        secrets: vec!["s3cret".to_owned()],
        identifier_uris: vec![format!("api://{API}")],
        exposed_scopes: vec![ExposedScope { value: "access".to_owned(), ..ExposedScope::default() }],
        required_resource_access: vec![RequiredResource {
            resource: GRAPH,
            scopes: ["User.Read", "offline_access"].map(str::to_owned).to_vec(),
            roles: vec!["Mail.Read".to_owned()],
        }],
        known_client_applications: vec![PAGE],
        group_membership_claims: Some("DirectoryRole".to_owned()),
        ..Application::default()
    }
}

/// An API that knows no client.
fn stranger(credential: &Credential) -> Application {
    Application {
        client_id: STRANGER,
        display_name: "Stranger".to_owned(),
        known_client_applications: vec![],
        identifier_uris: vec![format!("api://{STRANGER}")],
        web_redirect_uris: vec!["https://stranger.example/cb".to_owned()],
        ..api(credential)
    }
}
