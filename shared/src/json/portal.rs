//! What the portal's first load reads: who is signed in, and the home page. Its other pages come later, with serde.

use super::{Place, Read, ids, objects, words};
use crate::api::audit::AuditEntryView;
use crate::api::authorizations::{AuthorizationState, AuthorizationView, SignInView};
use crate::api::backup_sets::CustomerRef;
use crate::api::customers::{ConnectionState, ConnectionView, CustomerView, Health, MethodCounts};
use crate::api::notices::{NoticeKind, NoticeView};
use crate::api::overview::{Overview, WithoutAccess};
use crate::api::page::Page;
use crate::api::session::{MemberRole, MemberView, MenuCounts, OrganizationView, SessionView};
use crate::id::{ConnectionId, CustomerId, MemberId, OrganizationId, WaveId};
use crate::language::Language;

objects! {
    SessionView { member organization expires_at counts }
    MemberView { id name username role }
    OrganizationView { id name domain }
    MenuCounts { backup_sets customers open_authorizations }
    Overview { sets customers fleet open attention without_access }
    WithoutAccess { customer sets }
    MethodCounts { basic hybrid modern }
    CustomerView {
        id name tenant domain confirmed_at sets health connected open_authorizations ends_at connections contact
        contact_language
    }
    ConnectionView { id account state connected_at checked_at next_check_at help }
    CustomerRef { id name domain tenant }
    AuthorizationView {
        id customer method kind way restores state created_at created_by sign_ins version
        wave
    }
    SignInView {
        id account signer state signed_in_as sets steps problem approval_url done_at already_connected
    }
    NoticeView { id kind customer subject stage title text created_at resolved_at }
    AuditEntryView { sequence at event actor subject detail sealed }
}

ids! { MemberId OrganizationId CustomerId ConnectionId WaveId }

words! {
    Language { "en" En "de" De "fr" Fr "es" Es "ja" Ja }
    MemberRole { "owner" Owner "admin" Admin "technician" Technician "auditor" Auditor }
    ConnectionState { "working" Working "doubtful" Doubtful "needs_holder" NeedsHolder "ended" Ended }
    Health {
        "needs_somebody" NeedsSomebody "ends_soon" EndsSoon "not_connected" NotConnected "set_up_open" SetUpOpen "ok" Ok
    }
    AuthorizationState { "open" Open "done" Done "cancelled" Cancelled }
    NoticeKind {
        "certificate_ends" CertificateEnds "connection_trouble" ConnectionTrouble "drift" Drift "key_breadth" KeyBreadth
    }
}

impl<T: Read> Read for Page<T> {
    fn read(place: Place<'_>) -> Self {
        let mut fields = place.fields();
        Self { items: fields.get("items"), next: fields.get("next") }
    }
}
