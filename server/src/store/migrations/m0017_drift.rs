//! An app whose permissions were changed in the tenant counts among what needs somebody (C8, H1).

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

/// Adds the column, and the triggers that count it. Rows that are here get their word at the next look at their app.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(include_str!("m0017_drift.sql")).await?;
        let triggers = match connection.get_database_backend() {
            DbBackend::Postgres => include_str!("m0017_triggers_postgres.sql"),
            _ => include_str!("m0017_triggers_sqlite.sql"),
        };
        connection.execute_unprepared(triggers).await?;
        Ok(())
    }
}
