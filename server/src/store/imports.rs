//! Imports: previews that wait for their confirmation.

use super::{Scoped, StoreError, entities::imports as table};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use shared::{api::imports::ImportState, id::ImportId, time::Timestamp};
use uuid::Uuid;

/// An import, its rows apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Id.
    pub id: ImportId,
    /// Where it stands.
    pub state: ImportState,
    /// The preview, JSON of the service that made it.
    pub summary: String,
    /// After this a preview is forgotten.
    pub expires_at: Timestamp,
    /// When it was stored.
    pub confirmed_at: Option<Timestamp>,
    /// Who uploaded it, as the audit log refers to them.
    pub created_by: String,
}

fn state_text(state: ImportState) -> &'static str {
    match state {
        ImportState::Preview => "preview",
        ImportState::Confirmed => "confirmed",
    }
}

impl Scoped {
    /// Adds a preview with its good lines.
    pub async fn add_import(&self, import: &Import, rows: Vec<u8>, now: Timestamp) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(import.id.0),
            organization: Set(self.own()),
            state: Set(state_text(import.state).to_owned()),
            summary: Set(import.summary.clone()),
            rows: Set(rows),
            created_at: Set(now.0),
            expires_at: Set(import.expires_at.0),
            confirmed_at: Set(None),
            created_by: Set(import.created_by.clone()),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// An import.
    pub async fn find_import(&self, id: ImportId) -> Result<Option<Import>, StoreError> {
        type Row = (String, String, i64, Option<i64>, String);
        let row: Option<Row> = table::Entity::find_by_id(id.0)
            .select_only()
            .columns([
                table::Column::State,
                table::Column::Summary,
                table::Column::ExpiresAt,
                table::Column::ConfirmedAt,
                table::Column::CreatedBy,
            ])
            .filter(table::Column::Organization.eq(self.own()))
            .into_tuple()
            .one(&self.tx)
            .await?;
        Ok(row.map(|(state, summary, expires_at, confirmed_at, created_by)| Import {
            id,
            state: if state == "confirmed" { ImportState::Confirmed } else { ImportState::Preview },
            summary,
            expires_at: Timestamp(expires_at),
            confirmed_at: confirmed_at.map(Timestamp),
            created_by,
        }))
    }

    /// The good lines of an import.
    pub async fn find_import_rows(&self, id: ImportId) -> Result<Option<Vec<u8>>, StoreError> {
        let row: Option<Vec<u8>> = table::Entity::find_by_id(id.0)
            .select_only()
            .column(table::Column::Rows)
            .filter(table::Column::Organization.eq(self.own()))
            .into_tuple()
            .one(&self.tx)
            .await?;
        Ok(row)
    }

    /// Marks a preview as stored and drops its lines. `false`: it was already.
    pub async fn confirm_import(&self, id: ImportId, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::value("confirmed"))
            .col_expr(table::Column::ConfirmedAt, Expr::value(now.0))
            .col_expr(table::Column::Rows, Expr::value(Vec::<u8>::new()))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::State.eq("preview"))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Forgets all previews but the newest.
    pub async fn remove_previews_beyond(&self, most: u64) -> Result<(), StoreError> {
        let newest: Vec<Uuid> = table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::State.eq("preview"))
            .order_by_desc(table::Column::Id)
            .limit(most + 1)
            .into_tuple()
            .all(&self.tx)
            .await?;
        let Some(last) = usize::try_from(most).ok().and_then(|most| newest.get(most)) else { return Ok(()) };
        table::Entity::delete_many()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::State.eq("preview"))
            .filter(table::Column::Id.lte(*last))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Forgets previews that expired before `now`.
    pub async fn remove_expired_imports(&self, now: Timestamp) -> Result<u64, StoreError> {
        let gone = table::Entity::delete_many()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::State.eq("preview"))
            .filter(table::Column::ExpiresAt.lt(now.0))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected)
    }
}
