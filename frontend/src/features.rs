//! What people do here, one module a thing.

pub mod address;
#[cfg(feature = "portal")]
pub mod api_keys;
#[cfg(feature = "portal")]
pub mod apps;
#[cfg(feature = "portal")]
pub mod audit;
#[cfg(feature = "portal")]
pub mod authorizations;
#[cfg(feature = "portal")]
pub mod backup_sets;
#[cfg(feature = "portal")]
pub mod certificates;
#[cfg(feature = "portal")]
pub mod channels;
pub mod connect;
#[cfg(feature = "portal")]
pub mod consoles;
#[cfg(feature = "portal")]
pub mod customer_page;
#[cfg(feature = "portal")]
pub mod customers;
pub mod embed;
#[cfg(feature = "portal")]
pub mod exposure;
pub mod home;
#[cfg(feature = "portal")]
pub mod imports;
#[cfg(feature = "portal")]
pub mod invitations;
#[cfg(feature = "portal")]
pub mod members;
#[cfg(feature = "portal")]
pub mod page;
#[cfg(feature = "portal")]
pub mod restores;
pub mod session;
pub mod shell;
#[cfg(feature = "portal")]
pub mod waves;
pub mod window;

/// Whether the server sends mail; `false` while that is not known, so that nobody is offered what is refused.
#[cfg(feature = "portal")]
pub fn sends_mail() -> leptos::prelude::Memo<bool> {
    use leptos::prelude::*;
    let meta = use_context::<session::Installation>();
    Memo::new(move |_| meta.and_then(|meta| meta.0.get()).and_then(Result::ok).is_some_and(|meta| meta.mail))
}

/// An empty JSON object: the body of a request that says all in its address.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Nothing {}
