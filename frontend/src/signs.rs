//! Signs that both entry points show, apart from how either draws them: icons, the key mark, tones, ids for support.

use crate::text;
use crate::text::{digits, join};
use shared::api::problem::MicrosoftIds;
use shared::hash::sha256;
use shared::id::TenantId;
use shared::method::Method;

/// Where the sprites lie; the build puts their hashed names here.
const ICONS: &str = match option_env!("REKEY_WEB_ICONS") {
    Some(path) => path,
    None => "/assets/icons.svg",
};
const SIGNS: &str = match option_env!("REKEY_WEB_SIGNS") {
    Some(path) => path,
    None => "/assets/signs.svg",
};

/// The address of a symbol.
pub fn icon_reference(name: &str) -> String {
    join(&[ICONS, "#", name])
}

/// The address of a symbol in the part of the sprite that the small pages are served: connect page, frame and window.
pub fn sign_reference(name: &str) -> String {
    join(&[SIGNS, "#", name])
}

/// The bow of the key: a ring.
pub const KEY_BOW: &str =
    "M6.5 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13zM4.6 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6z";
/// Depths of a cut, from the deepest to the blade's full height, in twentieths.
const DEPTHS: [usize; 5] = [144, 175, 206, 237, 268];

/// The blade with its seven cuts, from the tip to the bow, as the data of a path.
pub fn key_blade(tenant: TenantId) -> String {
    let hash = sha256(tenant.text().as_bytes());
    let mut path = String::from("M10 4.3H38.6L40 5.6");
    for (place, byte) in hash.iter().take(7).enumerate() {
        let depth = DEPTHS.get(usize::from(*byte) % DEPTHS.len()).copied().unwrap_or(206);
        let (whole, hundredths) = (depth / 20, depth % 20 * 5);
        let left = 40 - 4 * place;
        let point = if hundredths < 10 { ".0" } else { "." };
        let before = if place == 0 { "V".to_owned() } else { join(&["L", &digits(left), " "]) };
        path = join(&[&path, &before, &digits(whole), point, &digits(hundredths), "H", &digits(left - 3)]);
    }
    path.push_str("L12 11.4H10Z");
    path
}

/// The class of a method's pin.
pub const fn method_class(method: Method) -> &'static str {
    match method {
        Method::Basic => "method basic",
        Method::Hybrid => "method hybrid",
        Method::Modern => "method modern",
    }
}

/// What kind of news something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Good.
    Ok,
    /// Somebody should look.
    Warn,
    /// Does not work.
    Danger,
    /// Nothing happens.
    Idle,
    /// Something happens now.
    Live,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// The class.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Danger => "danger",
            Self::Idle => "idle",
            Self::Live => "live",
            Self::Info => "info",
        }
    }
}

/// How a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageState {
    /// Not reached.
    Ahead,
    /// Here.
    Current,
    /// Here, and it does not go on by itself.
    Stopped,
    /// Over.
    Done,
}

/// The ids as lines of text: each with its label, those that are there.
pub fn id_lines(ids: &MicrosoftIds, request_id: Option<&str>) -> Vec<(&'static str, String)> {
    [
        (text::MICROSOFT_CODE, ids.aadsts.map(text::aadsts)),
        (text::CORRELATION_ID, ids.correlation_id.clone()),
        (text::TRACE_ID, ids.trace_id.clone()),
        (text::MICROSOFT_TIME, ids.timestamp.clone()),
        (text::REQUEST_ID, request_id.map(ToOwned::to_owned)),
    ]
    .into_iter()
    .filter_map(|(label, id)| Some((label, id?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(text: &str) -> TenantId {
        text.parse().unwrap()
    }

    #[test]
    fn a_tenant_always_has_the_same_key() {
        let contoso = tenant("7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16");
        assert_eq!(
            key_blade(contoso),
            "M10 4.3H38.6L40 5.6V7.20H37L36 11.85H33L32 8.75H29L28 13.40H25L24 7.20H21L20 11.85H17L16 8.75H13L12 11.4H10Z"
        );
        assert_ne!(key_blade(contoso), key_blade(tenant("b2c81d90-55a4-4f27-a1f3-0d9a7e6b2c18")));
    }

    #[test]
    fn j3_only_ids_that_are_there_are_shown() {
        let ids =
            MicrosoftIds { aadsts: Some(53003), trace_id: None, correlation_id: Some("c".into()), timestamp: None };
        let lines = id_lines(&ids, Some("r"));
        assert_eq!(lines.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["AADSTS53003", "c", "r"]);
        assert!(id_lines(&MicrosoftIds::default(), None).is_empty());
    }
}
