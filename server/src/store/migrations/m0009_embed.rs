//! The embed: origins, sessions of consoles, and the windows of their frames.

use super::{create, own_rows_only};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

/// Adds them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        create(connection, include_str!("m0009_embed.sql")).await?;
        own_rows_only(connection, &["embed_origins", "embed_sessions", "embed_popups"]).await
    }
}
