//! How often each master key has sealed, by all nodes together (S1). Outside organizations: the keys are the installation's.

use super::{Outside, StoreError, System, entities::key_uses as table};
use sea_orm::{
    ActiveValue::Set,
    EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};

impl System {
    /// Counts further uses of a key; gives how many there are now.
    pub async fn add_key_uses(&self, key: &str, uses: u64) -> Result<u64, StoreError> {
        let more = i64::try_from(uses).unwrap_or(i64::MAX);
        let row = table::ActiveModel { master_key: Set(key.to_owned()), uses: Set(more) };
        let added = OnConflict::column(table::Column::MasterKey)
            .value(table::Column::Uses, Expr::col((table::Entity, table::Column::Uses)).add(more))
            .to_owned();
        let row = table::Entity::insert(row).on_conflict(added).exec_with_returning(self.connection()).await?;
        Ok(u64::try_from(row.uses).unwrap_or(0))
    }

    /// How often a key has sealed, as far as it was counted.
    pub async fn find_key_uses(&self, key: &str) -> Result<u64, StoreError> {
        let row = table::Entity::find_by_id(key.to_owned()).one(self.connection()).await?;
        Ok(row.map_or(0, |row| u64::try_from(row.uses).unwrap_or(0)))
    }
}
