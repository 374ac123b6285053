//! App-only connections: an app of the customer's own, one for each tenant and purpose.

use super::{
    Scoped, StoreError,
    backup_sets::{read_workloads, workloads_text},
    entities::{apps as table, backup_sets},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use shared::{
    api::{
        apps::{AppState, Way},
        problem::Help,
    },
    id::{ClientId, ConnectionId, CustomerId, ObjectId, TenantId},
    rules::{
        manifest::{self, AppPermission, Drift, Resource},
        scopes::Purpose,
    },
    time::Timestamp,
    workload::Workloads,
};

/// An app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Id.
    pub id: ConnectionId,
    /// Whose.
    pub customer: CustomerId,
    /// In which tenant.
    pub tenant: TenantId,
    /// For reading or for writing back.
    pub purpose: Purpose,
    /// How it came to be.
    pub way: Way,
    /// How it is.
    pub state: AppState,
    /// Its name in the tenant.
    pub display_name: String,
    /// Its secret `uniqueName`: 128 random bits, so that nobody can have made it before.
    pub unique_name: String,
    /// Its application (client) id, once made.
    pub client_id: Option<ClientId>,
    /// Its application object, once made.
    pub object: Option<ObjectId>,
    /// Its service principal, once made.
    pub principal: Option<ObjectId>,
    /// What it is for.
    pub workloads: Workloads,
    /// The tenant's SharePoint host, such as `contoso.sharepoint.com`, once read.
    pub sharepoint_host: Option<String>,
    /// The roles last seen in tokens, `graph:Mail.Read` and so on.
    pub roles: Vec<String>,
    /// When it was set up.
    pub set_up_at: Option<Timestamp>,
    /// When a token of it was last seen to work.
    pub checked_at: Option<Timestamp>,
    /// When it first failed since.
    pub failed_at: Option<Timestamp>,
    /// When a job first got a token.
    pub first_token_at: Option<Timestamp>,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
    /// What is wrong.
    pub help: Option<Help>,
    /// What an administrator must still delete in the tenant.
    pub left: Vec<String>,
    /// When the record was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

impl App {
    /// What its tokens for a resource must let it do, no more and no less.
    pub fn expected(&self, resource: Resource) -> Vec<&'static AppPermission> {
        let mut all = manifest::manifest(&self.workloads, self.purpose);
        all.retain(|permission| permission.resource == resource);
        all
    }

    /// How the roles last seen differ from the manifest, as `graph:Mail.Read` (C7, C8).
    pub fn drift(&self) -> Drift {
        let mut found = Drift::default();
        for resource in Resource::ALL {
            let prefix = format!("{}:", resource.as_str());
            let roles: Vec<String> =
                self.roles.iter().filter_map(|word| word.strip_prefix(&prefix)).map(str::to_owned).collect();
            let one = manifest::drift(&self.expected(resource), &roles);
            found.missing.extend(one.missing.iter().map(|value| format!("{prefix}{value}")));
            found.extra.extend(one.extra.iter().map(|value| format!("{prefix}{value}")));
        }
        found
    }
}

const BAD: StoreError = StoreError::Unreadable("app");

impl TryFrom<table::Model> for App {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: ConnectionId(row.id),
            customer: CustomerId(row.customer),
            tenant: TenantId(row.tenant),
            purpose: Purpose::parse(&row.purpose).ok_or(BAD)?,
            way: Way::parse(&row.way).ok_or(BAD)?,
            state: AppState::parse(&row.state).ok_or(BAD)?,
            display_name: row.display_name,
            unique_name: row.unique_name,
            client_id: row.client_id.map(ClientId),
            object: row.object.map(ObjectId),
            principal: row.principal.map(ObjectId),
            workloads: read_workloads(&row.workloads)?,
            sharepoint_host: row.sharepoint_host,
            roles: row.roles.split_whitespace().map(str::to_owned).collect(),
            set_up_at: row.set_up_at.map(Timestamp),
            checked_at: row.checked_at.map(Timestamp),
            failed_at: row.failed_at.map(Timestamp),
            first_token_at: row.first_token_at.map(Timestamp),
            removed_at: row.removed_at.map(Timestamp),
            help: row.help.as_deref().map(|text| serde_json::from_str(text).map_err(|_| BAD)).transpose()?,
            left: serde_json::from_str(&row.left_behind).map_err(|_| BAD)?,
            created_at: Timestamp(row.created_at),
            version: row.version,
        })
    }
}

fn row(organization: uuid::Uuid, app: &App) -> Result<table::ActiveModel, StoreError> {
    let help = app.help.as_ref().map(serde_json::to_string).transpose().map_err(|_| BAD)?;
    Ok(table::ActiveModel {
        id: Set(app.id.0),
        organization: Set(organization),
        customer: Set(app.customer.0),
        tenant: Set(app.tenant.0),
        purpose: Set(app.purpose.as_str().to_owned()),
        way: Set(app.way.as_str().to_owned()),
        state: Set(app.state.as_str().to_owned()),
        display_name: Set(app.display_name.clone()),
        unique_name: Set(app.unique_name.clone()),
        client_id: Set(app.client_id.map(|id| id.0)),
        object: Set(app.object.map(|id| id.0)),
        principal: Set(app.principal.map(|id| id.0)),
        workloads: Set(workloads_text(&app.workloads)),
        sharepoint_host: Set(app.sharepoint_host.clone()),
        roles: Set(app.roles.join(" ")),
        set_up_at: Set(app.set_up_at.map(|time| time.0)),
        checked_at: Set(app.checked_at.map(|time| time.0)),
        failed_at: Set(app.failed_at.map(|time| time.0)),
        first_token_at: Set(app.first_token_at.map(|time| time.0)),
        removed_at: Set(app.removed_at.map(|time| time.0)),
        help: Set(help),
        left_behind: Set(serde_json::to_string(&app.left).map_err(|_| BAD)?),
        created_at: Set(app.created_at.0),
        version: Set(app.version),
        drifted: Set(i64::from(app.state.is_alive() && !app.drift().is_none())),
    })
}

impl Scoped {
    /// Adds an app. A conflict: the tenant has one for this purpose.
    pub async fn add_app(&self, app: &App) -> Result<(), StoreError> {
        table::Entity::insert(row(self.own(), app)?).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// An app.
    pub async fn find_app(&self, id: ConnectionId) -> Result<Option<App>, StoreError> {
        let own =
            table::Entity::find_by_id(id.0).filter(self.mine(table::Column::Organization, table::Column::Customer));
        own.one(&self.tx).await?.map(App::try_from).transpose()
    }

    /// Apps by id.
    pub async fn find_apps(&self, ids: &[ConnectionId]) -> Result<Vec<App>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for part in ids.chunks(500) {
            let rows = table::Entity::find()
                .filter(self.also_mine(table::Column::Organization, table::Column::Customer))
                .filter(table::Column::Id.is_in(part.iter().map(|id| id.0)))
                .all(&self.tx)
                .await?;
            for row in rows {
                found.push(App::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// The app of a tenant for a purpose that was not removed.
    pub async fn find_app_of(&self, tenant: TenantId, purpose: Purpose) -> Result<Option<App>, StoreError> {
        table::Entity::find()
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Tenant.eq(tenant.0))
            .filter(table::Column::Purpose.eq(purpose.as_str()))
            .filter(table::Column::RemovedAt.is_null())
            .one(&self.tx)
            .await?
            .map(App::try_from)
            .transpose()
    }

    /// The apps for backups of some customers that work.
    pub async fn list_working_apps(&self, customers: &[CustomerId]) -> Result<Vec<App>, StoreError> {
        let mut found = Vec::new();
        for part in customers.chunks(1000) {
            let rows = table::Entity::find()
                .filter(self.mine(table::Column::Organization, table::Column::Customer))
                .filter(table::Column::Customer.is_in(part.iter().map(|id| id.0)))
                .filter(table::Column::Purpose.eq(Purpose::Backup.as_str()))
                .filter(table::Column::State.is_in(["working", "doubtful"]))
                .filter(table::Column::RemovedAt.is_null())
                .all(&self.tx)
                .await?;
            for row in rows {
                found.push(App::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// The apps of a customer, or all; removed ones last.
    pub async fn list_apps(&self, customer: Option<CustomerId>) -> Result<Vec<App>, StoreError> {
        let mut select = table::Entity::find().filter(self.mine(table::Column::Organization, table::Column::Customer));
        if let Some(customer) = customer {
            select = select.filter(table::Column::Customer.eq(customer.0));
        }
        let rows = select
            .order_by_asc(table::Column::RemovedAt)
            .order_by_asc(table::Column::Purpose)
            .order_by_asc(table::Column::Id)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(App::try_from).collect()
    }

    /// Writes an app, if it is still at `version`, as the next version. `false`: it changed meanwhile.
    pub async fn update_app(&self, app: &App, version: i64) -> Result<bool, StoreError> {
        let next = App { version: version + 1, ..app.clone() };
        let done = table::Entity::update_many()
            .set(row(self.own(), &next)?)
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(app.id.0))
            .filter(table::Column::Version.eq(version))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Holds an app until the end of the transaction, so that it is not switched off or removed before. `false`: it is already.
    pub async fn hold_app(&self, id: ConnectionId) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::State, Expr::col(table::Column::State))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::State.is_not_in(["off", "removed"]))
            .filter(table::Column::RemovedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Notes that a job got a token, once. `false`: one got it before.
    pub async fn update_app_first_token(&self, id: ConnectionId, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::FirstTokenAt, Expr::value(now.0))
            .col_expr(table::Column::Version, sea_orm::sea_query::ExprTrait::add(Expr::col(table::Column::Version), 1))
            .filter(self.mine(table::Column::Organization, table::Column::Customer))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::FirstTokenAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// How many backup sets use a connection, delegated or app-only.
    pub async fn count_sets_of_connection(&self, id: ConnectionId) -> Result<u64, StoreError> {
        Ok(backup_sets::Entity::find()
            .filter(self.mine(backup_sets::Column::Organization, backup_sets::Column::Customer))
            .filter(backup_sets::Column::Connection.eq(id.0))
            .count(&self.tx)
            .await?)
    }

    /// The backup sets that use a connection.
    pub async fn list_sets_of_connection(
        &self,
        id: ConnectionId,
        limit: u64,
    ) -> Result<Vec<super::backup_sets::BackupSet>, StoreError> {
        let rows = backup_sets::Entity::find()
            .filter(self.mine(backup_sets::Column::Organization, backup_sets::Column::Customer))
            .filter(backup_sets::Column::Connection.eq(id.0))
            .order_by_asc(backup_sets::Column::NameKey)
            .limit(limit)
            .all(&self.tx)
            .await?;
        rows.into_iter().map(TryFrom::try_from).collect()
    }

    /// The hybrid sets of a connected account, by name: those that use it, and those from which its access was taken.
    pub async fn list_sets_of_account(
        &self,
        connection: &super::connections::Connection,
        limit: u64,
    ) -> Result<Vec<super::backup_sets::BackupSet>, StoreError> {
        let rows = self.sets_of_account(connection).order_by_asc(backup_sets::Column::NameKey).limit(limit);
        rows.all(&self.tx).await?.into_iter().map(TryFrom::try_from).collect()
    }

    /// How many they are.
    pub async fn count_sets_of_account(&self, connection: &super::connections::Connection) -> Result<u64, StoreError> {
        Ok(self.sets_of_account(connection).count(&self.tx).await?)
    }

    fn sets_of_account(&self, connection: &super::connections::Connection) -> sea_orm::Select<backup_sets::Entity> {
        let without = Condition::all()
            .add(backup_sets::Column::Connection.is_null())
            .add(backup_sets::Column::AccountKey.eq(super::customers::key_of(&connection.account)));
        let either = Condition::any().add(backup_sets::Column::Connection.eq(connection.id.0)).add(without);
        backup_sets::Entity::find()
            .filter(self.mine(backup_sets::Column::Organization, backup_sets::Column::Customer))
            .filter(backup_sets::Column::Customer.eq(connection.customer.0))
            .filter(backup_sets::Column::Method.eq("hybrid"))
            .filter(either)
    }

    /// Takes a connection away from the sets that use it; their method stays. Gives how many.
    pub async fn disconnect_sets(&self, id: ConnectionId) -> Result<u64, StoreError> {
        let done = backup_sets::Entity::update_many()
            .col_expr(backup_sets::Column::Connection, Expr::value(Option::<uuid::Uuid>::None))
            .col_expr(
                backup_sets::Column::Version,
                sea_orm::sea_query::ExprTrait::add(Expr::col(backup_sets::Column::Version), 1),
            )
            .filter(self.mine(backup_sets::Column::Organization, backup_sets::Column::Customer))
            .filter(backup_sets::Column::Connection.eq(id.0))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }
}
