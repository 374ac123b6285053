//! The first schema. On PostgreSQL, row-level security is forced on every table that belongs to an organization.

use super::{create, own_rows_only};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

/// The tables that a query reaches only within a transaction made for their organization.
const OF_AN_ORGANIZATION: [&str; 16] = [
    "members",
    "sessions",
    "customers",
    "backup_sets",
    "method_changes",
    "imports",
    "authorizations",
    "sign_ins",
    "sign_in_sets",
    "connect_links",
    "attempts",
    "connections",
    "audit",
    "audit_names",
    "audit_batches",
    "api_keys",
];

/// Creates everything.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        create(connection, include_str!("m0001_begin.sql")).await?;
        own_rows_only(connection, &OF_AN_ORGANIZATION).await
    }
}
