//! What the connect page reads and writes.

use super::{Write, Writer, ids, objects, words};
use crate::api::apps::Way;
use crate::api::authorizations::{
    AuthorizationKind, Consenter, PermissionView, SetRef, SignInState, StepState, StepView,
};
use crate::api::connect::{
    AttemptStart, ConnectApp, ConnectSignIn, ConnectView, Leg, QueueItem, ReportFailure, Save, StartAttempt,
};
use crate::api::problem::{Help, HelpAction, MicrosoftIds, Problem};
use crate::api::session::Meta;
use crate::id::{AuthorizationId, BackupSetId, ClientId, SignInId, TenantId};
use crate::method::Method;
use crate::rules::who::Signer;

objects! {
    ConnectView {
        brand authorization organization asked_by asked_at customer domain tenant login_host page_client api_client
        method kind way sign_in queue expires_at link_used version
    }
    ConnectSignIn {
        id account signer state sets permissions needs_administrator already_connected signed_in_as steps problem approval_url
        done_at apps
    }
    ConnectApp { name client_id not_after left }
    QueueItem { id account state }
    SetRef { id name method }
    PermissionView { value title reason without consent }
    StepView { code title state detail }
    AttemptStart { secret leg authority tenant issuer client_id redirect_uri scope nonce claims }
    Problem { title status code detail field request_id microsoft }
    MicrosoftIds { aadsts trace_id correlation_id timestamp }
    Help { code title text action ids }
    Meta { brand login_host version mail }
}

ids! { AuthorizationId SignInId TenantId ClientId BackupSetId }

words! {
    Leg { "sign_in" SignIn "consent" Consent }
    Method { "basic" Basic "hybrid" Hybrid "modern" Modern }
    AuthorizationKind {
        "migrate_to_hybrid" MigrateToHybrid "migrate_to_modern" MigrateToModern "reauthorize" Reauthorize
        "update_configuration" UpdateConfiguration "remove" Remove
    }
    Way { "set_up" SetUp "consent" Consent "own_app" OwnApp }
    Signer {
        "account_holder" AccountHolder "account_holder_as_administrator" AccountHolderAsAdministrator
        "administrator" Administrator
    }
    Consenter { "user" User "administrator" Administrator }
    StepState { "waiting" Waiting "active" Active "slow" Slow "done" Done "failed" Failed }
    SignInState {
        "waiting" Waiting "working" Working "consent_needed" ConsentNeeded "approval_needed" ApprovalNeeded
        "claims_needed" ClaimsNeeded "failed" Failed "done" Done "cancelled" Cancelled
    }
    HelpAction {
        "sign_in_again" SignInAgain "other_account" OtherAccount "ask_administrator" AskAdministrator "wait" Wait
        "retry" Retry "change_device" ChangeDevice "contact_support" ContactSupport
    }
}

impl Write for AttemptStart {
    fn write(&self) -> String {
        let leg = match self.leg {
            Leg::SignIn => "sign_in",
            Leg::Consent => "consent",
        };
        Writer::default()
            .text("secret", &self.secret)
            .text("leg", leg)
            .text("authority", &self.authority)
            .text("tenant", &self.tenant.text())
            .text("issuer", &self.issuer)
            .text("client_id", &self.client_id.text())
            .text("redirect_uri", &self.redirect_uri)
            .text("scope", &self.scope)
            .text("nonce", &self.nonce)
            .some("claims", self.claims.as_deref())
            .end()
    }
}

impl Write for StartAttempt {
    fn write(&self) -> String {
        let start_over = if self.start_over { "true" } else { "false" };
        Writer::default().text("sign_in", &self.sign_in.text()).raw("start_over", start_over).end()
    }
}

impl Write for Save {
    fn write(&self) -> String {
        Writer::with_room(self.access_token.len() + self.id_token.len())
            .text("access_token", &self.access_token)
            .text("id_token", &self.id_token)
            .end()
    }
}

impl Write for ReportFailure {
    fn write(&self) -> String {
        Writer::default()
            .text("step", &self.step)
            .text("error", &self.error)
            .some("subcode", self.subcode.as_deref())
            .object("ids", &self.ids)
            .end()
    }
}

impl Write for MicrosoftIds {
    fn write(&self) -> String {
        Writer::default()
            .whole("aadsts", self.aadsts)
            .some("trace_id", self.trace_id.as_deref())
            .some("correlation_id", self.correlation_id.as_deref())
            .some("timestamp", self.timestamp.as_deref())
            .end()
    }
}
