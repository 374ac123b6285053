//! This tab's memory (`sessionStorage`): survives a reload and the trip to Microsoft, is gone with the tab.
//!
//! Never holds a token or a code (security.md B8).

use web_sys::Storage;

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

/// What lies under `key`.
pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Puts `value` under `key`; false when the browser keeps nothing for this site.
pub fn set(key: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
}

/// Forgets what lies under `key`.
pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// Takes what lies under `key`, so that nobody finds it a second time.
pub fn take(key: &str) -> Option<String> {
    let value = get(key)?;
    remove(key);
    Some(value)
}

/// Forgets everything.
pub fn clear() {
    if let Some(storage) = storage() {
        let _ = storage.clear();
    }
}
