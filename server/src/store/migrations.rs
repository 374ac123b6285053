//! The schema's history: one module a step, applied at start, never edited afterwards.

pub mod m0001_begin;
pub mod m0002_modern;
pub mod m0003_speed;
pub mod m0004_job_tokens;
pub mod m0005_people;
pub mod m0006_telling;
pub mod m0007_waves;
pub mod m0008_customer_links;
pub mod m0009_embed;
pub mod m0010_without_access;
pub mod m0014_suspended;
pub mod m0015_key_uses;
pub mod m0016_rules;
pub mod m0017_drift;

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::{
    SchemaManagerConnection,
    prelude::{DbErr, MigrationTrait, MigratorTrait},
};

/// All steps, oldest first.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_begin::Migration),
            Box::new(m0002_modern::Migration),
            Box::new(m0003_speed::Migration),
            Box::new(m0004_job_tokens::Migration),
            Box::new(m0005_people::Migration),
            Box::new(m0006_telling::Migration),
            Box::new(m0007_waves::Migration),
            Box::new(m0008_customer_links::Migration),
            Box::new(m0009_embed::Migration),
            Box::new(m0010_without_access::Migration),
            Box::new(m0014_suspended::Migration),
            Box::new(m0015_key_uses::Migration),
            Box::new(m0016_rules::Migration),
            Box::new(m0017_drift::Migration),
        ]
    }
}

/// Carries out a step's SQL with this database's names for `{uuid}`, `{bytes}` and `{key}`.
async fn create(connection: &SchemaManagerConnection<'_>, sql: &str) -> Result<(), DbErr> {
    let postgres = connection.get_database_backend() == DbBackend::Postgres;
    let (uuid, bytes, key) = if postgres { ("UUID", "BYTEA", "TEXT COLLATE \"C\"") } else { ("BLOB", "BLOB", "TEXT") };
    let sql = sql.replace("{uuid}", uuid).replace("{bytes}", bytes).replace("{key}", key);
    connection.execute_unprepared(&sql).await?;
    Ok(())
}

/// On PostgreSQL, rows of these tables are reached only within a transaction made for their organization.
async fn own_rows_only(connection: &SchemaManagerConnection<'_>, tables: &[&str]) -> Result<(), DbErr> {
    if connection.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for table in tables {
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
    Ok(())
}
