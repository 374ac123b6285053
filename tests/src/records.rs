//! Records with everything filled in; a test changes the fields that it is about.

use crate::{clock::START, databases::next_id};
use server::{
    seal::Sealed,
    store::{
        api_keys::ApiKey,
        attempts::{Attempt, AttemptState},
        authorizations::Authorization,
        backup_sets::BackupSet,
        connections::Connection,
        customers::Customer,
        embed::{EmbedOrigin, EmbedSession, Popup},
        imports::Import,
        links::Link,
        members::Member,
        sessions::Session,
        sign_ins::{SignIn, SignInSet},
        waves::{HeldState, Wave},
    },
};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationKind, AuthorizationState, SignInState, StepState, StepView},
        connect::Leg,
        customers::ConnectionState,
        embed::PopupState,
        imports::ImportState,
        problem::{Help, HelpAction, MicrosoftIds},
        session::MemberRole,
    },
    backup_set::{AccountRole, ClientVersion, Covers, Region},
    id::{
        ApiKeyId, AttemptId, AuthorizationId, BackupSetId, ConnectionId, CustomerId, ImportId, MemberId, ObjectId,
        SignInId, TenantId, WaveId,
    },
    method::Method,
    rules::wave::Aim,
    workload::Workload,
};

/// A technician.
pub fn member(name: &str) -> Member {
    Member {
        id: MemberId(next_id()),
        tenant: TenantId(next_id()),
        object: ObjectId(next_id()),
        name: name.to_owned(),
        username: format!("{}@msp.example", name.to_lowercase()),
        role: MemberRole::Technician,
    }
}

/// A session of eight hours.
pub fn session(member: &Member) -> Session {
    Session { id: next_id(), member: member.id, created_at: START, expires_at: START.plus(28_800), seen_at: START }
}

/// A customer that is not confirmed.
pub fn customer(name: &str) -> Customer {
    Customer::new(CustomerId(next_id()), name.to_owned(), TenantId(next_id()), None)
}

/// A set on a stored password, as the store gives it back: a customer's name is known in lower case there.
pub fn backup_set(customer: &Customer, name: &str) -> BackupSet {
    let id = next_id();
    BackupSet {
        id: BackupSetId(id),
        external_id: format!("set-{}", id.simple()),
        name: name.to_owned(),
        customer: customer.id,
        customer_name: customer.name.to_lowercase(),
        account: Some(format!("{}@customer.example", name.to_lowercase().replace(' ', "."))),
        account_role: AccountRole::GlobalAdministrator,
        covers: Covers::ListedAccounts,
        workloads: [Workload::Exchange, Workload::PersonalSites].into(),
        region: Region::UsGov,
        client_version: Some(ClientVersion([9, 1, 0, 4])),
        method: Method::Basic,
        method_changed_at: None,
        connection: None,
        version: 1,
    }
}

/// A preview that lives for an hour.
pub fn import() -> Import {
    Import {
        id: ImportId(next_id()),
        state: ImportState::Preview,
        summary: "{\"new\":1}".to_owned(),
        expires_at: START.plus(3600),
        confirmed_at: None,
        created_by: "member:ann".to_owned(),
    }
}

/// An open authorization for hybrid.
pub fn authorization(customer: &Customer) -> Authorization {
    Authorization {
        id: AuthorizationId(next_id()),
        customer: customer.id,
        method: Method::Hybrid,
        kind: AuthorizationKind::MigrateToHybrid,
        way: Way::SetUp,
        restores: false,
        state: AuthorizationState::Open,
        created_at: START,
        created_by: "Ann".to_owned(),
        version: 1,
        wave: None,
    }
}

/// An open wave.
pub fn wave() -> Wave {
    Wave {
        id: WaveId(next_id()),
        name: "December".to_owned(),
        note: String::new(),
        aim: Aim::Recommended,
        retirement: None,
        state: HeldState::Open,
        starts_at: None,
        deadline: None,
        created_at: START,
        created_by: "Ann".to_owned(),
        version: 1,
    }
}

/// A link of a week.
pub fn link(authorization: &Authorization) -> Link {
    Link {
        id: next_id(),
        authorization: authorization.id,
        created_by: "Ann".to_owned(),
        expires_at: START.plus(604_800),
        only: None,
        embed_session: None,
    }
}

/// The first sign-in of a queue, in which nobody has signed in.
pub fn sign_in(authorization: &Authorization, account: &str) -> SignIn {
    SignIn {
        id: SignInId(next_id()),
        authorization: authorization.id,
        position: 0,
        account: account.to_owned(),
        state: SignInState::Waiting,
        signed_in_as: None,
        steps: vec![StepView {
            code: "received".to_owned(),
            title: "Sign-in received".to_owned(),
            state: StepState::Waiting,
            detail: None,
        }],
        problem: None,
        approval_url: None,
        connection: None,
        done_at: None,
    }
}

/// A set as a sign-in remembers it.
pub fn sign_in_set(sign_in: &SignIn, set: &BackupSet) -> SignInSet {
    SignInSet {
        sign_in: sign_in.id,
        backup_set: set.id,
        name: set.name.clone(),
        method: set.method,
        version: set.version,
    }
}

/// An attempt that has received nothing.
pub fn attempt(sign_in: &SignIn, link: &Link) -> Attempt {
    Attempt {
        id: AttemptId(next_id()),
        authorization: sign_in.authorization,
        sign_in: sign_in.id,
        link: link.id,
        leg: Leg::SignIn,
        state: AttemptState::Open,
        created_at: START,
        expires_at: START.plus(900),
        saved: None,
        challenge: None,
    }
}

/// A working connection; its sealed token is a placeholder that does not open.
pub fn connection(customer: &Customer, account: &str) -> Connection {
    Connection {
        id: ConnectionId(next_id()),
        customer: customer.id,
        tenant: customer.tenant,
        object: ObjectId(next_id()),
        account: account.to_owned(),
        state: ConnectionState::Working,
        refresh_token: Sealed(vec![1, 2, 3]),
        token_version: 1,
        scopes: "Mail.Read offline_access".to_owned(),
        connected_at: START,
        checked_at: START,
        failed_at: None,
        help: None,
    }
}

/// A key for all customers.
pub fn api_key(name: &str) -> ApiKey {
    ApiKey {
        id: ApiKeyId(next_id()),
        name: name.to_owned(),
        customers: None,
        created_at: START,
        last_used_at: None,
        revoked_at: None,
        purposes: None,
    }
}

/// An origin that may show Rekey.
pub fn embed_origin(origin: &str) -> EmbedOrigin {
    EmbedOrigin { id: next_id(), origin: origin.to_owned(), created_at: START, created_by: "Ann".to_owned() }
}

/// A console's session of half an hour, for hybrid of one set.
pub fn embed_session(set: &BackupSet, key: &ApiKey, origin: &EmbedOrigin) -> EmbedSession {
    EmbedSession {
        id: next_id(),
        customer: set.customer,
        api_key: key.id,
        origin: origin.origin.clone(),
        host_user: "user-17".to_owned(),
        method: Method::Hybrid,
        sets: vec![set.id],
        authorization: None,
        created_at: START,
        expires_at: START.plus(1800),
        ended_at: None,
        version: 1,
    }
}

/// A window that was announced and has said nothing.
pub fn popup(session: &EmbedSession) -> Popup {
    Popup {
        id: next_id(),
        session: session.id,
        state: PopupState::Announced,
        code: [2; 32],
        tries: 0,
        challenge: None,
        created_at: START,
    }
}

/// A remedy with everything that Microsoft can say.
pub fn help() -> Help {
    Help {
        code: "aadsts_50173".to_owned(),
        title: "The password was changed".to_owned(),
        text: "Sign in again.".to_owned(),
        action: HelpAction::SignInAgain,
        ids: MicrosoftIds {
            aadsts: Some(50_173),
            trace_id: Some("2a7b5cf0-0000-4000-8000-000000000001".to_owned()),
            correlation_id: Some("2a7b5cf0-0000-4000-8000-000000000002".to_owned()),
            timestamp: Some("2026-11-21 12:00:00Z".to_owned()),
        },
    }
}
