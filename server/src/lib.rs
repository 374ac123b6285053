//! The Rekey server: API and built web app in one binary.
//!
//! `http -> access -> services -> store` and `microsoft`. `axum` stays in `http` and `main`, `sea_orm` in `store`, HTTP to
//! Microsoft in `microsoft`, the environment in `config`.

pub mod access;
pub mod assets;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod import_file;
pub mod live;
pub mod microsoft;
pub mod outbound;
pub mod random;
pub mod seal;
pub mod server;
pub mod services;
pub mod state;
pub mod store;
pub mod together;
pub mod worker;
