//! Words of the connect page for modern, in English: an administrator signs in, and an app is set up in the tenant.

use super::{count, sets};
use crate::text::plural;
use shared::api::authorizations::AuthorizationKind;
use shared::api::connect::ConnectView;
use shared::method::Method;

/// The heading of what is asked.
pub fn modern_title(view: &ConnectView) -> String {
    let customer = &view.customer;
    match view.kind {
        AuthorizationKind::UpdateConfiguration => format!("Renew the backup app of {customer}"),
        AuthorizationKind::Remove => format!("Take the backup app out of {customer}"),
        _ => format!("Let {} back up {customer}’s Microsoft 365", view.organization),
    }
}

/// Under the heading.
pub fn modern_lede(view: &ConnectView) -> String {
    let with_password = count(view.sign_in.sets.iter().filter(|set| set.method == Method::Basic));
    match view.kind {
        AuthorizationKind::UpdateConfiguration => {
            "You sign in once. The app gets a new certificate and exactly the permissions that it needs; backups go on meanwhile."
                .to_owned()
        }
        AuthorizationKind::Remove => {
            "You sign in once. The app is deleted from your tenant, and its absence is proved. Its backups stop.".to_owned()
        }
        _ if with_password == 0 => {
            format!("{} need access. You sign in once; from then on they run on a certificate.", sets(&view.sign_in.sets))
        }
        _ => format!(
            "{} still on a stored password, which Microsoft no longer accepts. You sign in once; from then on they run on a \
             certificate and nobody’s password.",
            plural(with_password, "backup set is", "backup sets are")
        ),
    }
}

/// Who signs in.
pub fn administrator_of(view: &ConnectView) -> String {
    format!("An administrator of {}", view.domain.as_ref().unwrap_or(&view.customer))
}

/// Heading of what happens in the tenant.
pub const IN_YOUR_TENANT: &str = "What happens in your tenant";
/// A row.
pub const MAKES_APP: &str = "An app is made";
/// A row.
pub const MAKES_APP_WHY: &str =
    "It belongs to your tenant. Its certificate’s private key is made and sealed on the server, and nobody sees it.";
/// A row.
pub const GRANTS: (&str, &str) = (
    "It gets the permissions listed here, and no others",
    "Then it proves them: a token of its own, and one read for each kind of data.",
);
/// A row.
pub const CLEANS: (&str, &str) = (
    "Access for the set-up is removed at the end",
    "Microsoft’s page lists two larger rights, to create apps and to grant permissions. Both go when the work is done, and you \
     see that they are gone.",
);
/// A row.
pub const REMOVES: (&str, &str) = ("The app is deleted", "Then it is proved that it gets no token any more.");
/// What it may not do.
pub const NOT_AS_YOU: (&str, &str) =
    ("Act as you, or as any administrator", "Your sign-in is used for some minutes and then thrown away.");

/// `Rekey Backup`, or both.
pub fn app_names(view: &ConnectView) -> &'static str {
    let writes = view.sign_in.permissions.iter().any(|permission| super::writes(&permission.value));
    if writes { "Rekey Backup and Rekey Restore" } else { "Rekey Backup" }
}
/// A fact.
pub const CERTIFICATE: &str = "Certificate";
/// A fact.
pub const CERTIFICATE_WHAT: &str = "Two years, or as long as your tenant’s rules allow. It renews itself.";
/// Under Save.
pub const MODERN_SAVE_NOTE: &str =
    "Takes one to four minutes. You may close the window after saving; the work goes on.";
/// How it ends.
pub const MODERN_END: &str = "Delete the app in Entra, or ask whoever sent you the link. It stops within the hour.";
/// A fact of the receipt.
pub const CLIENT_ID: &str = "Application (client) id";
/// A fact of the receipt.
pub const UNTIL: &str = "Certificate until";
/// The access for the set-up is still there.
pub const PENDING: (&str, &str) = (
    "Access for the set-up is still being removed",
    "Microsoft has not confirmed it yet. Rekey goes on trying; nothing is needed from you.",
);
/// Something stays.
pub const LEFT: &str = "Still to delete in Entra";

/// The heading of the end.
pub fn modern_done(view: &ConnectView) -> String {
    let customer = &view.customer;
    match view.kind {
        AuthorizationKind::UpdateConfiguration => format!("The backup app of {customer} is up to date"),
        AuthorizationKind::Remove => format!("The backup app is gone from {customer}"),
        _ => {
            let need = if view.sign_in.sets.len() == 1 { "needs" } else { "need" };
            format!("{} of {customer} no longer {need} a password", sets(&view.sign_in.sets))
        }
    }
}

/// Heading of the roles.
pub const ROLES: &str = "Who can do it";
/// The roles.
pub const ROLES_ENOUGH: [(&str, &str); 2] = [
    ("A Global Administrator", "Nothing else is needed."),
    (
        "A Privileged Role Administrator who has a second role",
        "Application Administrator, Cloud Application Administrator or Application Developer.",
    ),
];
/// The link to pass on, and until when.
pub fn hand_off_note(view: &ConnectView, until: &str) -> String {
    format!("Only for {}, until {until}. Whoever opens it sees who asks and for what before signing in.", view.customer)
}
/// The link is not known here any more.
pub fn hand_off_ask(view: &ConnectView) -> String {
    format!("Pass on the link that you were sent, which still works. Or ask {} for a new one.", view.asked_by)
}
/// Leads to Microsoft's consent page.
pub const OPEN_CONSENT: &str = "Open Microsoft’s page";
