//! Views and people for tests.

use crate::features::connect::person::Person;
use shared::api::apps::Way;
use shared::api::authorizations::{AuthorizationKind, Consenter, PermissionView, SetRef, SignInState};
use shared::api::connect::{ConnectSignIn, ConnectView, QueueItem};
use shared::id::{AuthorizationId, BackupSetId, ClientId, SignInId, TenantId};
use shared::method::Method;
use shared::rules::who::Signer;
use shared::time::Timestamp;

/// The tenant of [`view`].
pub const CONTOSO: &str = "7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16";

/// An id that is told apart by its number.
pub fn sign_in(number: u8) -> SignInId {
    SignInId(format!("0190a0b1-2c3d-7e4f-8a9b-0000000000{number:02x}").parse().unwrap())
}

/// Somebody of Contoso.
pub fn person(account: &str) -> Person {
    Person { name: "Anna Berg".into(), account: account.into(), tenant: CONTOSO.parse().unwrap(), is_guest: false }
}

/// A view of two accounts; the first is in hand.
pub fn view(state: SignInState) -> ConnectView {
    let set = |number: u8, name: &str| SetRef {
        id: BackupSetId(sign_in(number).0),
        name: name.into(),
        method: Method::Basic,
    };
    ConnectView {
        brand: "Rekey".into(),
        authorization: AuthorizationId(sign_in(9).0),
        organization: "Northwind".into(),
        asked_by: "Maya Lindqvist".into(),
        asked_at: Timestamp(1_795_000_000),
        customer: "Contoso".into(),
        domain: Some("contoso.com".into()),
        tenant: TenantId(CONTOSO.parse().unwrap()),
        login_host: "login.microsoftonline.com".into(),
        page_client: ClientId(sign_in(30).0),
        api_client: ClientId(sign_in(31).0),
        method: Method::Hybrid,
        kind: AuthorizationKind::MigrateToHybrid,
        way: Way::SetUp,
        sign_in: ConnectSignIn {
            id: sign_in(1),
            account: "anna@contoso.com".into(),
            signer: Signer::AccountHolder,
            state,
            sets: vec![set(20, "Mail – Anna"), set(21, "OneDrive – Anna")],
            permissions: vec![PermissionView {
                value: "Mail.Read".into(),
                title: "Read your mail".into(),
                reason: "Mail sets.".into(),
                without: "Without it mail is not backed up.".into(),
                consent: Consenter::Administrator,
            }],
            needs_administrator: true,
            already_connected: false,
            signed_in_as: None,
            steps: Vec::new(),
            problem: None,
            approval_url: None,
            done_at: None,
            apps: Vec::new(),
        },
        queue: vec![
            QueueItem { id: sign_in(1), account: "anna@contoso.com".into(), state },
            QueueItem { id: sign_in(2), account: "ben@contoso.com".into(), state: SignInState::Waiting },
        ],
        expires_at: Timestamp(1_795_003_600),
        link_used: false,
        version: 3,
    }
}

/// A view of an administrator's sign-in for modern.
pub fn modern(state: SignInState) -> ConnectView {
    let mut view = view(state);
    view.method = Method::Modern;
    view.kind = AuthorizationKind::MigrateToModern;
    view.sign_in.account = "an administrator of contoso.com".into();
    view.sign_in.signer = Signer::Administrator;
    view.queue.truncate(1);
    view
}
