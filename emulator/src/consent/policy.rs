//! Who may consent to what: administrators by role, everybody else by the tenant's policy and the date.

use uuid::Uuid;

use super::{Ask, Prompt};
use crate::people::{
    APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, Identity,
    PRIVILEGED_ROLE_ADMINISTRATOR,
};
use crate::resources::{EXCHANGE, GRAPH, OIDC_SCOPES};
use crate::scenario::{Application, UserConsent};
use crate::state::State;

/// From mid-July 2025 Microsoft's list takes files and sites out of the hands of ordinary people.
const FILES_AND_SITES_FROM: i64 = 1_752_537_600_000;
/// From October 2025 Exchange and Teams permissions, too.
const EXCHANGE_AND_TEAMS_FROM: i64 = 1_759_276_800_000;

/// Permissions (or beginnings of permissions, ending in a dot) blocked by the list of July 2025.
const FILES_AND_SITES: [&str; 4] = ["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"];
/// Those added in autumn 2025.
const EXCHANGE_AND_TEAMS: [&str; 16] = [
    "Mail.",
    "MailboxItem.",
    "MailboxFolder.",
    "MailboxSettings.",
    "Calendars.",
    "Tasks.",
    "Contacts.ReadWrite",
    "Contacts.Read.Shared",
    "Contacts.ReadWrite.Shared",
    "People.Read",
    "Chat.",
    "ChannelMessage.",
    "EWS.",
    "EAS.",
    "IMAP.",
    "POP.",
];

/// The verdict on a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The person may accept, for themselves.
    Person,
    /// The person may accept, also for everybody.
    Administrator,
    /// An administrator must.
    Blocked,
}

impl State {
    /// Whether this person may accept this prompt.
    pub(crate) fn may_consent(&self, identity: &Identity, client: &Application, prompt: &Prompt, now: i64) -> Verdict {
        if is_consent_administrator(identity, prompt) {
            return Verdict::Administrator;
        }
        let Some(tenant) = self.tenant(identity.tid) else { return Verdict::Blocked };
        let policy = tenant.policies.user_consent;
        let open = prompt.asks.iter().all(|ask| {
            ask.roles.is_empty()
                && self
                    .open_scopes(identity, ask)
                    .iter()
                    .all(|scope| self.is_open(policy, client, identity.tid, ask.resource, scope, now))
        });
        if open { Verdict::Person } else { Verdict::Blocked }
    }

    /// What of an ask is not granted yet.
    fn open_scopes(&self, identity: &Identity, ask: &Ask) -> Vec<String> {
        let granted = self.granted(identity.tid, ask.client, ask.resource, identity.oid);
        ask.scopes.difference(&granted).cloned().collect()
    }

    fn is_open(
        &self,
        policy: UserConsent,
        client: &Application,
        tid: Uuid,
        resource: Uuid,
        scope: &str,
        now: i64,
    ) -> bool {
        let basic = resource == GRAPH && (OIDC_SCOPES.contains(&scope) || scope == "User.Read");
        let marked = self
            .application(resource)
            .is_some_and(|api| api.exposed_scopes.iter().any(|known| known.value == scope && known.admin_only));
        let trusted = client.publisher_verified || client.home_tenant == tid;
        match policy {
            UserConsent::None => false,
            UserConsent::Legacy => !marked,
            UserConsent::Microsoft => !marked && (basic || (trusted && !is_restricted(resource, scope, now))),
        }
    }
}

/// Administrators who may accept: the Cloud Application and Application Administrators anything but Graph app roles.
pub(crate) fn is_consent_administrator(identity: &Identity, prompt: &Prompt) -> bool {
    let graph_roles = prompt.asks.iter().any(|ask| ask.resource == GRAPH && !ask.roles.is_empty());
    identity.holds(&[GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR])
        || (!graph_roles && identity.holds(&[APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR]))
}

fn is_restricted(resource: Uuid, scope: &str, now: i64) -> bool {
    if resource != GRAPH && resource != EXCHANGE {
        return false;
    }
    let in_list = |list: &[&str]| {
        list.iter().any(|entry| if entry.ends_with('.') { scope.starts_with(entry) } else { scope == *entry })
    };
    (now >= FILES_AND_SITES_FROM && in_list(&FILES_AND_SITES))
        || (now >= EXCHANGE_AND_TEAMS_FROM && in_list(&EXCHANGE_AND_TEAMS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item46_the_list_of_2026() {
        let now = 1_795_000_000_000;
        for scope in ["Mail.Read", "Calendars.Read", "Tasks.Read", "Contacts.ReadWrite", "Sites.Read.All", "Chat.Read"]
        {
            assert!(is_restricted(GRAPH, scope, now), "{scope}");
        }
        for scope in ["User.Read", "Files.Read", "Contacts.Read", "Notes.Read"] {
            assert!(!is_restricted(GRAPH, scope, now), "{scope}");
        }
    }

    #[test]
    fn item46_the_list_grows_by_date() {
        assert!(!is_restricted(GRAPH, "Files.Read.All", FILES_AND_SITES_FROM - 1));
        assert!(is_restricted(GRAPH, "Files.Read.All", FILES_AND_SITES_FROM));
        assert!(!is_restricted(GRAPH, "Mail.Read", FILES_AND_SITES_FROM));
    }
}
