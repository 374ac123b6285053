//! The Rekey server: API and built web app in one binary.
//!
//! `http -> access -> services -> store` and `microsoft`. `axum` stays in `http` and `main`, `sea_orm` in `store`, HTTP to
//! Microsoft in `microsoft`, the environment in `config`.

pub mod clock;
pub mod random;
pub mod seal;
pub mod store;
