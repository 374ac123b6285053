//! The first schema. On PostgreSQL, row-level security is forced on every table that belongs to an organization.

use sea_orm::{ConnectionTrait, DbBackend};
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
        let postgres = connection.get_database_backend() == DbBackend::Postgres;
        let (uuid, bytes, key) =
            if postgres { ("UUID", "BYTEA", "TEXT COLLATE \"C\"") } else { ("BLOB", "BLOB", "TEXT") };
        let sql =
            include_str!("m0001_begin.sql").replace("{uuid}", uuid).replace("{bytes}", bytes).replace("{key}", key);
        connection.execute_unprepared(&sql).await?;
        if postgres {
            for table in OF_AN_ORGANIZATION {
                connection
                    .execute_unprepared(&format!(
                        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
                         ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
                         CREATE POLICY own ON {table}
                            USING (organization = NULLIF(current_setting('rekey.organization', true), '')::uuid)
                            WITH CHECK (organization = NULLIF(current_setting('rekey.organization', true), '')::uuid);"
                    ))
                    .await?;
            }
        }
        Ok(())
    }
}
