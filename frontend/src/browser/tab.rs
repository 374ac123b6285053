//! This tab's memory (`sessionStorage`): survives a reload and the trip to Microsoft, is gone with the tab.
//!
//! Never holds a token or a code (security.md B8).

use super::js;

/// What lies under `key`.
pub fn get(key: &str) -> Option<String> {
    js::get_item(key).ok()?
}

/// Puts `value` under `key`; false when the browser keeps nothing for this site.
pub fn set(key: &str, value: &str) -> bool {
    js::set_item(key, value).is_ok()
}

/// Forgets what lies under `key`.
pub fn remove(key: &str) {
    let _ = js::remove_item(key);
}

/// Takes what lies under `key`, so that nobody finds it a second time.
pub fn take(key: &str) -> Option<String> {
    let value = get(key)?;
    remove(key);
    Some(value)
}

/// Forgets everything.
pub fn clear() {
    let _ = js::clear_items();
}
