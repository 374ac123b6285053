//! Indexes for long lists: searching and counting without the rows.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

/// Adds a narrow index; widens two on SQLite. PostgreSQL would not search in them, and limits their rows to 2.7 kB.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(include_str!("m0003_speed.sql")).await?;
        if connection.get_database_backend() == DbBackend::Sqlite {
            connection.execute_unprepared(include_str!("m0003_speed_sqlite.sql")).await?;
        }
        Ok(())
    }
}
