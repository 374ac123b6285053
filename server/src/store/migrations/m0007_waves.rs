//! Waves, and the numbers by which the list of customers is sorted and filtered.

use super::{create, own_rows_only};
use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

/// Adds both. The numbers of a customer are kept by triggers, so that no writer can forget them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        create(connection, include_str!("m0007_waves.sql")).await?;
        own_rows_only(connection, &["waves"]).await?;
        let count = include_str!("m0007_counts.sql");
        if connection.get_database_backend() != DbBackend::Postgres {
            connection.execute_unprepared(count).await?;
            connection.execute_unprepared(include_str!("m0007_triggers_sqlite.sql")).await?;
            return Ok(());
        }
        // Row-level security shows one organization's rows at a time, to a migration too.
        let count = format!(
            "DO $$
            DECLARE
                one UUID;
            BEGIN
                FOR one IN SELECT id FROM organizations LOOP
                    PERFORM set_config('rekey.organization', one::text, true);
                    {count}
                END LOOP;
                PERFORM set_config('rekey.organization', '', true);
            END $$"
        );
        connection.execute_unprepared(&count).await?;
        connection.execute_unprepared(include_str!("m0007_triggers_postgres.sql")).await?;
        Ok(())
    }
}
