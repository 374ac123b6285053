//! What storage promises, kept on SQLite and on PostgreSQL alike.

mod store {
    mod opening;
    mod organizations;
}
