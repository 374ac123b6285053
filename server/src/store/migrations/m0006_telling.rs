//! Telling the outside: events, their deliveries, what channels choose.

use super::{create, own_rows_only};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

/// Adds events, and makes deliveries anew.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        create(connection, include_str!("m0006_telling.sql")).await?;
        own_rows_only(connection, &["events", "deliveries"]).await
    }
}
