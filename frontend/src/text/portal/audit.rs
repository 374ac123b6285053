//! Words of the activity list.

use shared::rules::who::Role;

/// The page's title in the tab.
pub const TITLE: &str = "Activity";
/// Under the headline.
pub const SUB: &str = "Who did what, newest first. Every second the entries are sealed into a chain, so that none can be taken out unnoticed.";
/// A link.
pub const EXPORT: &str = "Export";
/// A link.
pub const EXPORT_WHY: &str = "Every sealed event, in a form that can be verified elsewhere, offline";
/// Where it is.
pub const EXPORT_AT: &str = "/api/v1/audit/export";
/// A link.
pub const SUPPORT: &str = "Support bundle";
/// A link.
pub const SUPPORT_WHY: &str =
    "Versions, counts, states and codes for whoever helps you: no secret, no name, no address";
/// Where it is.
pub const SUPPORT_AT: &str = "/api/v1/support-bundle";
/// The table.
pub const TABLE: &str = "Table of activity";
/// A column.
pub const WHEN: &str = "When";
/// A column.
pub const WHAT: &str = "What";
/// A column.
pub const WHO: &str = "Who";
/// A column.
pub const ABOUT: &str = "About";
/// A column.
pub const SEALED: &str = "Sealed";
/// A state.
pub const YES: &str = "Sealed";
/// A state.
pub const NOT_YET: &str = "In a moment";
/// Nothing of this customer here.
pub const NONE_HERE: &str = "Nothing about this customer among these";
/// Nothing of this customer here.
pub const NONE_HERE_WHY: &str = "Older pages may have some.";
/// Leads here from a customer.
pub const OF_CUSTOMER: &str = "Activity";
/// Nothing there.
pub const EMPTY: &str = "Nothing has happened yet";
/// Nothing there.
pub const EMPTY_WHY: &str = "Imports, authorizations, sign-ins and keys show up here.";

/// An event in plain words, from its stable name.
pub fn event(name: &str) -> String {
    let known = match name {
        "organization.created" => "Organization made",
        "organization.suspended" => "Organization stopped by the operator",
        "organization.resumed" => "Organization goes on",
        "rules.changed" => "Rules for methods changed by the operator",
        "owner_link.created" => "Owner link made",
        "owner_link.used" => "Owner link used",
        "member.added" | "member.created" => "Member added",
        "member.signed_in" | "session.created" => "Signed in to the portal",
        "member.signed_out" | "session.ended" => "Signed out of the portal",
        "import.previewed" | "import.created" => "List uploaded",
        "import.confirmed" => "List imported",
        "backup_sets.upserted" => "Backup sets sent by API",
        "backup_set.split" => "Backup set split in two",
        "backup_set.method_changed" => "Backup set changed its method",
        "customer.created" => "Customer added",
        "customer.renamed" => "Customer renamed",
        "customer.contact" => "Customer’s technical contact changed",
        "customer.tenant_confirmed" => "Tenant confirmed",
        "authorization.created" => "Authorization made",
        "authorization.cancelled" => "Authorization cancelled",
        "authorization.done" => "Authorization done",
        "connect_link.created" => "Link for the account holder made",
        "invitation.mailed" => "Invitation sent by mail",
        "invitation.mail_failed" => "Invitation could not be mailed",
        "attempt.started" => "Sign-in started",
        "sign_in.saved" => "Sign-in saved",
        "sign_in.failed" | "sign_in.stopped" => "Sign-in stopped",
        "connection.doubtful" => "Check of an account failed, tried again",
        "connection.needs_holder" => "Account holder must sign in",
        "connection.recovered" => "Account works again",
        "connection.refreshed" => "Access renewed by itself",
        "sign_in.done" => "Sets changed",
        "connection.created" => "Account connected",
        "connection.ended" => "Access ended at Microsoft",
        "connection.disconnected" => "Account disconnected",
        "api_key.created" => "API key made",
        "api_key.revoked" => "API key revoked",
        "api_key.breadth" => "API key reaches far more sets than before",
        "app.set_up" => "App set up in the tenant",
        "app.checked" => "App checked",
        "app.doubtful" => "Check of an app failed, tried again",
        "app.recovered" => "App works again",
        "app.needs_administrator" => "App needs an administrator",
        "app.drifted" => "Permissions of an app differ from what it needs",
        "app.drift_over" => "Permissions of an app are right again",
        "app.undone" => "Fresh switch to modern undone",
        "app.removed" => "App removed from the tenant",
        "certificate.renewed" => "Certificate renewed by the app",
        "certificate.not_renewed" => "Certificate could not renew itself",
        "certificate.removed" => "Old certificate taken off the app",
        "set_up.interrupted" => "Set-up interrupted",
        "set_up.clean_up_pending" => "Access for a set-up still to be removed",
        "set_up.cleaned_up" => "Access for a set-up removed",
        "job_token.issued" => "Token given to a job",
        "restore.opened" => "Restore approved",
        "restore.closed" => "Restore closed",
        "notice.raised" => "Warning raised",
        "notice.resolved" => "Warning seen to",
        "channel.created" => "Notification channel added",
        "channel.removed" => "Notification channel removed",
        "channel.changed" => "What goes to a channel was changed",
        "channel.secret_rotated" => "Signing secret of a webhook changed",
        "channel.tested" => "Test sent through a channel",
        "channel.replayed" => "What a channel gave up was sent again",
        "delivery.replayed" => "Delivery sent again",
        "audit.exported" => "Activity exported",
        "support_bundle.made" => "Support bundle made",
        "customer.removed" => "Customer removed",
        "customer.kill_switch" => "Kill switch pulled",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let words = name.replace(['.', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Who did it: a name, or what stands for one.
pub fn actor(name: String) -> String {
    match name.as_str() {
        "rekey" => "By itself".to_owned(),
        "operator" => "Whoever runs the installation".to_owned(),
        _ => name,
    }
}

/// What an event is about, without the words of programs: `backup_set:…` as `backup set …`.
pub fn about(subject: &str) -> String {
    match subject.split_once(':') {
        Some((kind, id)) => format!("{} {id}", kind.replace('_', " ")),
        None => subject.to_owned(),
    }
}

/// `global_administrator` as Microsoft writes it; older events have none, and Microsoft does not always say.
fn role(words: &str) -> String {
    let names: Vec<&str> = words.split(',').filter_map(Role::parse).map(Role::name).collect();
    if names.is_empty() { "role not told by Microsoft".to_owned() } else { format!("as {}", names.join(" and ")) }
}

/// A word more, for people: `method=hybrid sets=14` as `hybrid, 14 sets`. Ids are left out.
pub fn detail(detail: &str) -> String {
    let (facts, words): (Vec<&str>, Vec<&str>) = detail.split_whitespace().partition(|word| word.contains('='));
    let fact = |(name, value): (&str, &str)| match value.parse::<u64>() {
        _ if name == "role" => Some(role(value)),
        // Nothing was kept, left or lost: not worth a word.
        Ok(0) if !matches!(name, "new" | "changed") => None,
        Ok(count) if name == "sign_ins" => Some(crate::text::plural(count, "sign-in", "sign-ins")),
        // A number of Microsoft's is a name, not a count.
        Ok(code) if matches!(name, "aadsts" | "proved") => (code != 0).then(|| format!("AADSTS{code}")),
        Ok(1) => Some(format!("1 {}", name.strip_suffix('s').unwrap_or(name).replace('_', " "))),
        Ok(count) => Some(format!("{} {}", crate::text::number(count), name.replace('_', " "))),
        Err(_) if matches!(value, "true" | "false") => (value == "true").then(|| name.replace('_', " ")),
        Err(_) => (value.len() != 36 && value != "-").then(|| value.replace('_', " ")),
    };
    let mut parts: Vec<String> = facts.iter().filter_map(|word| word.split_once('=')).filter_map(fact).collect();
    if !words.is_empty() {
        parts.push(words.join(" "));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{about, actor, detail, event};

    #[test]
    fn details_read_as_words() {
        assert_eq!(detail("new=225 changed=0 left_out=6"), "225 new, 0 changed, 6 left out");
        assert_eq!(detail("tenant=7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16"), "");
        assert_eq!(detail("tenant=7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16 by import"), "by import");
        assert_eq!(detail("method=hybrid sets=1400"), "hybrid, 1,400 sets");
        assert_eq!(detail("method=hybrid sets=4 kept=0 sign_ins=2 by_mail=false"), "hybrid, 4 sets, 2 sign-ins");
        assert_eq!(detail("connected already"), "connected already");
        assert_eq!(detail("proved=700016"), "AADSTS700016");
        assert_eq!(detail("sets=2 role=global_administrator"), "2 sets, as Global Administrator");
        let both = "role=privileged_role_administrator,application_developer";
        assert_eq!(detail(both), "as Privileged Role Administrator and Application Developer");
        assert_eq!(detail("role=unknown"), "role not told by Microsoft");
        assert_eq!(detail("kind=migrate_to_modern hours=1 mail=-"), "migrate to modern, 1 hour");
    }

    #[test]
    fn what_it_is_about_reads_as_words() {
        assert_eq!(about("backup_set:0190a0b1"), "backup set 0190a0b1");
        assert_eq!(about("organization:1"), "organization 1");
        assert_eq!(about(""), "");
        assert_eq!(["rekey", "Maya Lindqvist"].map(|name| actor(name.to_owned())), ["By itself", "Maya Lindqvist"]);
    }

    #[test]
    fn unknown_events_still_read_as_words() {
        assert_eq!(event("import.confirmed"), "List imported");
        assert_eq!(event("certificate.renewed_early"), "Certificate renewed early");
        assert_eq!(event(""), "");
    }
}
