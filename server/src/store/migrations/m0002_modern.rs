//! Modern: apps, certificates, journals, restores, notices.

use super::{create, own_rows_only};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

const OF_AN_ORGANIZATION: [&str; 9] = [
    "apps",
    "certificates",
    "journals",
    "journal_steps",
    "restores",
    "token_counts",
    "notices",
    "channels",
    "deliveries",
];

/// Creates everything.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        create(connection, include_str!("m0002_modern.sql")).await?;
        own_rows_only(connection, &OF_AN_ORGANIZATION).await
    }
}
