//! Words of modern: who signs in, how the app comes to be, what it may do.

use shared::api::apps::Way;
use shared::api::authorizations::AuthorizationKind;
use shared::method::Method;

/// The choice of the method.
pub const METHOD: &str = "Method for these sets";
/// What hybrid means for them.
pub const HYBRID_MEANS: &str = "The holder of each account signs in once. It reaches what that account reaches, and no administrator is needed as a rule.";
/// What modern means for them.
pub const MODERN_MEANS: &str = "One administrator of the tenant signs in once. Jobs then run on an app of the customer’s own with a certificate, and on nobody’s account.";
/// An option.
pub const RESTORES: &str = "Also prepare restores";
/// An option.
pub const RESTORES_WHY: &str = "Makes a second app, Rekey Restore, that may write. It gets in only while a restore that you approved is open, for 24 hours at most.";
/// Another way than the usual one.
pub const OTHER_WAYS: &str = "How the app comes to be";
/// Sets that another method takes.
pub const SEE_HYBRID: &str = "See hybrid for these";
/// Sets that another method takes.
pub const SEE_MODERN: &str = "See modern for these";
/// Which right.
pub const NOTE_READ: &str = "Read only. Restoring needs more rights, which belong to another app.";
/// Which right.
pub const NOTE_RESTORE: &str = "Rekey Backup only reads. What writes belongs to Rekey Restore, and is used only while a restore that you approved is open.";
/// A fact's value.
pub const CREATED: &str = "One app, Rekey Backup, with a certificate that nobody ever sees";
/// A fact's value.
pub const CREATED_TWO: &str = "Two apps, Rekey Backup and Rekey Restore, each with a certificate that nobody ever sees";
/// A fact's value.
pub const CREATED_OWN: &str = "Nothing from here. The customer makes the app and uploads a certificate.";
/// A fact's value.
pub const ENDS: &str = "somebody deletes the app in Entra, or pulls the kill switch here. The certificate renews itself; where it cannot, you are told 90 days ahead.";

/// The customer's own app.
pub const OWN_APP: &str = "Bring your own app";
/// The customer's own app.
pub const OWN_APP_WHY: &str = "An administrator of the customer does this in Entra, in this order. Nothing changes here until a token of the app is proved.";
/// A step.
pub const OWN_APP_MAKE: &str = "Make an app registration for this tenant only";
/// A step.
pub const OWN_APP_MAKE_WHY: &str =
    "Without a redirect address and without a secret. A name such as Rekey Backup helps later.";
/// A step.
pub const OWN_APP_UPLOAD: &str = "Upload the certificate under “Certificates & secrets”";
/// A step.
pub const OWN_APP_UPLOAD_WHY: &str = "It is the public part. The private key stays sealed here and is never shown.";
/// A step.
pub const OWN_APP_DOWNLOAD: &str = "Download the certificate";
/// A step.
pub const OWN_APP_GRANT: &str = "Add these application permissions, and grant admin consent";
/// A step.
pub const OWN_APP_PASTE: &str = "Paste its application (client) id";
/// A field.
pub const OWN_APP_ID: &str = "Application (client) id";
/// A field.
pub const OWN_APP_ID_HINT: &str = "Such as 0f6a2b7e-4c1d-4a98-9b53-e8d1746fa203";
/// A field.
pub const OWN_APP_ID_WRONG: &str =
    "Not an application id. It has 32 letters and digits in five groups, and stands on the app’s overview in Entra.";
/// A button.
pub const OWN_APP_PROVE: &str = "Prove it and finish";
/// A button, going on.
pub const OWN_APP_PROVING: &str = "Asking for a token";
/// A button.
pub const OWN_APP_PREPARE: &str = "Make the certificate";

/// A way in and what it means.
pub const fn way(way: Way) -> (&'static str, &'static str) {
    match way {
        Way::SetUp => (
            "Set up from here",
            "Makes the app, grants exactly the permissions listed here, and removes its own access for the set-up at the end.",
        ),
        Way::Consent => (
            "Consent at Microsoft",
            "The app is made from here; the administrator grants its permissions on Microsoft’s own page.",
        ),
        Way::OwnApp => (
            "Bring your own app",
            "The customer’s administrator makes the app in Entra and uploads our public certificate. Nobody signs in here.",
        ),
    }
}

/// `An administrator of contoso.com signs in`; the account is in words and begins small.
pub fn signs_in(account: &str) -> String {
    format!("{} signs in", capital(account))
}

/// The same when the customer makes the app.
pub fn makes_app(account: &str) -> String {
    format!("{} makes the app in Entra", capital(account))
}

/// The same when it is done.
pub fn signed_in(account: &str) -> String {
    format!("{} signed in", capital(account))
}

/// The tenant's app holds all that is needed.
pub fn connected(customer: &str) -> String {
    format!("{customer} has its app already")
}

/// Who must sign in, when nobody must.
pub const WHO_CONNECTED: &str =
    "Nobody. The app in the tenant holds all that these sets need; they only have to be saved.";
/// Who must sign in, when the customer makes the app.
pub const WHO_OWN_APP: &str = "Nobody signs in here. An administrator makes an app, uploads a certificate and grants the permissions; the next page lists the steps.";
/// After the sentence about roles.
pub const WHO_MORE: &str =
    "Once, for about four minutes. That sign-in is used for the set-up alone and then thrown away.";

/// A text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An authorization that is no migration, as a headline.
pub fn headline(kind: AuthorizationKind, method: Method, is_done: bool, customer: &str) -> Option<String> {
    match (kind, is_done) {
        (AuthorizationKind::Remove, false) if method == Method::Hybrid => {
            Some(format!("{customer}: the holder takes the access to an account away"))
        }
        (AuthorizationKind::Remove, true) if method == Method::Hybrid => {
            Some(format!("An account of {customer} is disconnected"))
        }
        (AuthorizationKind::UpdateConfiguration, false) => {
            Some(format!("{customer}: an administrator renews the app’s configuration"))
        }
        (AuthorizationKind::UpdateConfiguration, true) => Some(format!("The app of {customer} is up to date")),
        (AuthorizationKind::Remove, false) => Some(format!("{customer}: an administrator takes the app away")),
        (AuthorizationKind::Remove, true) => Some(format!("The app is gone from {customer}")),
        _ => None,
    }
}

/// What such an authorization does, in few words.
pub const fn what(kind: AuthorizationKind) -> Option<&'static str> {
    match kind {
        AuthorizationKind::UpdateConfiguration => Some("Configuration of the app"),
        AuthorizationKind::Remove => Some("Removal of access"),
        _ => None,
    }
}

/// Under such a headline.
pub const fn sub(kind: AuthorizationKind, method: Method) -> Option<&'static str> {
    match kind {
        AuthorizationKind::Remove if matches!(method, Method::Hybrid) => {
            Some("The holder of the account signs in and saves; then its token is forgotten. Jobs of its sets stop.")
        }
        AuthorizationKind::UpdateConfiguration => {
            Some("A new certificate, and exactly the permissions that the sets need. Jobs go on meanwhile.")
        }
        AuthorizationKind::Remove => {
            Some("The app is deleted in the tenant, and its absence is proved. Jobs of its sets stop.")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_in_words_begins_a_sentence() {
        assert_eq!(signs_in("an administrator of contoso.com"), "An administrator of contoso.com signs in");
        assert_eq!(capital(""), "");
    }
}
