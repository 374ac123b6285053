//! Wire types of the HTTP API: one module a resource, each type once, for server and browser.
//!
//! Requests refuse unknown fields. Times are seconds since 1970-01-01T00:00:00Z. To add a resource: a module here, the
//! same word in `server/src/http/`, `server/src/store/` and `frontend/src/features/`.

pub mod api_keys;
pub mod apps;
pub mod audit;
pub mod authorizations;
pub mod backup_sets;
pub mod channels;
pub mod connect;
pub mod customer_page;
pub mod customers;
pub mod embed;
pub mod exposure;
pub mod imports;
pub mod invitations;
pub mod job_tokens;
pub mod members;
pub mod notices;
pub mod overview;
pub mod page;
pub mod problem;
pub mod restores;
pub mod session;
pub mod waves;

/// The header that a browser's state-changing request carries, so that no plain form can make one. Value: `1`.
pub const REQUEST_HEADER: &str = "rekey-request";

/// The header with the secret of a connect link or of a sign-in attempt. Never in a URL that a server sees.
pub const CONNECT_HEADER: &str = "rekey-connect";

/// The header with the secret of an embed session.
pub const EMBED_HEADER: &str = "rekey-embed";
