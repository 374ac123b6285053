//! What the portal's first load reads and writes: the way in, who is signed in, and the home page. Its other pages come
//! later, with serde.

use super::{Place, Read, Write, Writer, ids, objects, words};
use crate::api::audit::AuditEntryView;
use crate::api::authorizations::{AuthorizationState, AuthorizationView, SignInView};
use crate::api::backup_sets::CustomerRef;
use crate::api::customers::{ConnectionState, ConnectionView, CustomerView, Health, MethodCounts};
use crate::api::members::{ClaimMemberInvitation, InvitedView, OpenMemberInvitation};
use crate::api::notices::{NoticeKind, NoticeView};
use crate::api::overview::{Overview, WithoutAccess};
use crate::api::page::Page;
use crate::api::session::{
    CreateSession, MemberRole, MemberView, MenuCounts, OrganizationView, SessionView, SignInStart,
};
use crate::id::{ConnectionId, CustomerId, MemberId, OrganizationId, WaveId};
use crate::language::Language;

objects! {
    SignInStart { secret nonce authority client_id redirect_uri scope }
    InvitedView { organization domain invited_by role expires_at claimed }
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
    ConnectionView { id account state connected_at checked_at next_check_at ended_at can_restore help }
    CustomerRef { id name domain tenant }
    AuthorizationView {
        id customer method kind way restores state created_at created_by sign_ins version
        wave
    }
    SignInView {
        id account signer state signed_in_as sets steps problem approval_url done_at already_connected
    }
    NoticeView { id kind customer subject stage title text created_at resolved_at }
    AuditEntryView { sequence at event actor subject customer authorization detail sealed }
}

ids! { MemberId OrganizationId CustomerId ConnectionId WaveId }

words! {
    Language { "en" En "de" De "fr" Fr "es" Es "ja" Ja }
    MemberRole { "owner" Owner "admin" Admin "technician" Technician "auditor" Auditor }
    ConnectionState {
        "working" Working "doubtful" Doubtful "needs_holder" NeedsHolder "ended" Ended "disconnected" Disconnected
    }
    Health {
        "needs_somebody" NeedsSomebody "ends_soon" EndsSoon "not_connected" NotConnected "set_up_open" SetUpOpen "ok" Ok
    }
    AuthorizationState { "open" Open "done" Done "cancelled" Cancelled }
    NoticeKind {
        "certificate_ends" CertificateEnds "connection_trouble" ConnectionTrouble "drift" Drift "key_breadth" KeyBreadth
        "channel_failing" ChannelFailing "clean_up_pending" CleanUpPending
    }
}

impl Write for SignInStart {
    fn write(&self) -> String {
        Writer::default()
            .text("secret", &self.secret)
            .text("nonce", &self.nonce)
            .text("authority", &self.authority)
            .text("client_id", &self.client_id.to_string())
            .text("redirect_uri", &self.redirect_uri)
            .text("scope", &self.scope)
            .end()
    }
}

impl Write for CreateSession {
    fn write(&self) -> String {
        Writer::with_room(self.id_token.len())
            .text("secret", &self.secret)
            .text("id_token", &self.id_token)
            .some("owner_link", self.owner_link.as_deref())
            .end()
    }
}

impl Write for ClaimMemberInvitation {
    fn write(&self) -> String {
        Writer::with_room(self.id_token.len())
            .text("invitation", &self.invitation)
            .text("secret", &self.secret)
            .text("id_token", &self.id_token)
            .end()
    }
}

impl Write for OpenMemberInvitation {
    fn write(&self) -> String {
        Writer::default().text("invitation", &self.invitation).end()
    }
}

impl<T: Read> Read for Page<T> {
    fn read(place: Place<'_>) -> Self {
        let mut fields = place.fields();
        Self { items: fields.get("items"), next: fields.get("next") }
    }
}
