//! Words of the consoles: which may show Rekey, and what their developers need.

use crate::text::plural;
use shared::api::embed::EmbedSetUp;

/// The page's title in the tab.
pub const TITLE: &str = "Consoles";
/// Under the headline.
pub const SUB: &str = "A backup console that stands here may show in its own pages which sets wait for a sign-in. Signing in happens in a window of its own, at this address.";
/// The headline, when there is none.
pub const EMPTY: &str = "No console may show sign-ins yet";
/// What fills it.
pub const EMPTY_WHY: &str =
    "Add the origin of a backup console below. Until then no page of another site can show them.";
/// The table.
pub const TABLE: &str = "Table of consoles";
/// A column.
pub const ORIGIN: &str = "Origin";
/// A column.
pub const ADDED: &str = "Added";
/// An action.
pub const REMOVE: &str = "Remove";
/// An action, asked again.
pub const REMOVE_SURE: &str = "Remove now";

/// The form.
pub const ORIGIN_FIELD: &str = "Origin of the console";
/// The form: an example in the empty field.
pub const ORIGIN_EXAMPLE: &str = "https://console.example.com";
/// The form.
pub const ORIGIN_HINT: &str = "Scheme and host, and the port where there is one: exactly this and no sub-domain. If the console stands inside another page, add that one’s, too.";
/// The form.
pub const ADD: &str = "Add";
/// The form.
pub const ADDING: &str = "Adding";

/// For developers.
pub const DEVELOPERS: &str = "For the console’s developers";
/// For developers.
pub const ORGANIZATION: &str = "Organization id";
/// For developers.
pub const SNIPPET: &str = "For the console’s page";
/// For developers.
pub const COPY_SNIPPET: &str = "Copy the snippet";
/// For developers.
pub const SESSIONS: &str = "Sessions are made on the console’s server, with an API key that never reaches a browser:";
/// For developers: where sessions come from.
pub const SESSIONS_AT: &str = "POST /api/v1/embed-sessions";

/// The headline: a fact.
pub fn headline(count: u64) -> String {
    if count == 0 {
        return EMPTY.to_owned();
    }
    format!("{} may show sign-ins", plural(count, "console", "consoles"))
}

/// Who added it.
pub fn added_by(name: &str) -> String {
    format!("Added by {name}")
}

/// It is added.
pub fn added(origin: &str) -> String {
    format!("{origin} may show sign-ins now.")
}

/// What a removal ends.
pub fn remove_why(origin: &str) -> String {
    format!("{origin} stops showing sign-ins, and its sessions end at once. Backup sets keep their access.")
}

/// What the snippet's script is.
pub fn snippet_why(version: &str) -> String {
    format!("Version {version} of the script. Its content never changes, and the browser checks it.")
}

/// What goes into the page: the script of this very version, and the element.
pub fn snippet(set_up: &EmbedSetUp) -> String {
    let EmbedSetUp { organization, versioned, integrity, .. } = set_up;
    format!(
        "<script type=\"module\" src=\"{versioned}\" integrity=\"{integrity}\" crossorigin></script>\n\
         <rekey-connect organization=\"{organization}\"></rekey-connect>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e1_the_headline_counts_the_consoles() {
        assert_eq!(headline(0), "No console may show sign-ins yet");
        assert_eq!(headline(1), "1 console may show sign-ins");
        assert_eq!(headline(2), "2 consoles may show sign-ins");
    }

    #[test]
    fn the_snippet_pins_this_very_version() {
        let set_up = serde_json::json!({
            "organization": "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b", "script": "https://rekey.example.com/embed.js",
            "version": "1.0.0", "versioned": "https://rekey.example.com/embed/1.0.0.js", "integrity": "sha384-AbC+/1",
            "origins": [],
        });
        let set_up: EmbedSetUp = serde_json::from_value(set_up).expect("a set-up");
        assert_eq!(
            snippet(&set_up),
            "<script type=\"module\" src=\"https://rekey.example.com/embed/1.0.0.js\" integrity=\"sha384-AbC+/1\" crossorigin></script>\n\
             <rekey-connect organization=\"0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b\"></rekey-connect>"
        );
    }
}
