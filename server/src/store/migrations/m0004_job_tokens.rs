//! Job tokens: refreshes of a connection one after the other, and how broad each API key was.

use super::{create, own_rows_only};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

/// Adds the lease of connections and the past of keys.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        create(connection, include_str!("m0004_job_tokens.sql")).await?;
        own_rows_only(connection, &["key_breadth"]).await
    }
}
