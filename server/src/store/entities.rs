//! The tables as SeaORM sees them. These types never leave `store`: each module beside this one turns them into its own.
//!
//! Ids are UUIDs, times are seconds since 1970-01-01T00:00:00Z (`due` of `work`: milliseconds), `…_key` columns hold the
//! lower-case text that sorting and comparing use. Columns are described in the migration that made them.

mod embed;
mod modern;
mod people;

pub use embed::{embed_origins, embed_popups, embed_sessions};
pub use modern::{
    apps, certificates, channels, deliveries, events, journal_steps, journals, key_breadth, notices, restores,
    token_counts,
};
pub use people::{customer_links, member_customers, member_invitations};

pub mod organizations {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "organizations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        pub domain: Option<String>,
        pub created_at: i64,
        pub change_sequence: i64,
        pub audit_sequence: i64,
        pub told_changes: i64,
        pub suspended_at: Option<i64>,
        pub rules: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod locator {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "locator")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: Vec<u8>,
        pub organization: Uuid,
        pub kind: String,
        pub id: Uuid,
        pub expires_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod work {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "work")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub organization: Uuid,
        pub subject: Uuid,
        pub due: i64,
        pub epoch: i64,
        pub attempts: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod key_uses {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "key_uses")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub master_key: String,
        pub uses: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod members {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "members")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub tenant: Uuid,
        pub object: Uuid,
        pub name: String,
        pub username: String,
        pub role: String,
        pub created_at: i64,
        pub removed_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod sessions {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub member: Uuid,
        pub created_at: i64,
        pub expires_at: i64,
        pub seen_at: i64,
        pub ended_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod customers {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub name: String,
        pub name_key: String,
        pub tenant: Uuid,
        pub domain: Option<String>,
        pub confirmed_at: Option<i64>,
        pub confirmed_by: Option<String>,
        pub created_at: i64,
        pub contact: Option<String>,
        pub contact_language: Option<String>,
        pub sets_basic: i64,
        pub sets_hybrid: i64,
        pub sets_modern: i64,
        pub connected: i64,
        pub unwell: i64,
        pub open_authorizations: i64,
        pub ends_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod backup_sets {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "backup_sets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub external_id: String,
        pub name: String,
        pub name_key: String,
        pub customer: Uuid,
        pub customer_key: String,
        pub account: Option<String>,
        pub account_key: Option<String>,
        pub account_role: String,
        pub covers: String,
        pub workloads: String,
        pub region: String,
        pub client_version: Option<String>,
        pub method: String,
        pub method_changed_at: Option<i64>,
        pub connection: Option<Uuid>,
        pub created_at: i64,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod method_changes {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "method_changes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub backup_set: Uuid,
        pub external_id: String,
        pub method: String,
        pub changed_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod imports {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "imports")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub state: String,
        pub summary: String,
        pub rows: Vec<u8>,
        pub created_at: i64,
        pub expires_at: i64,
        pub confirmed_at: Option<i64>,
        pub created_by: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod authorizations {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "authorizations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub customer: Uuid,
        pub method: String,
        pub state: String,
        pub created_at: i64,
        pub created_by: String,
        pub version: i64,
        pub kind: String,
        pub way: String,
        pub restores: i64,
        pub wave: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl Related<super::customers::Entity> for Entity {
        fn to() -> RelationDef {
            Self::belongs_to(super::customers::Entity).from(Column::Customer).to(super::customers::Column::Id).into()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod waves {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "waves")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub name: String,
        pub note: String,
        pub aim: String,
        pub retirement: Option<String>,
        pub state: String,
        pub starts_at: Option<i64>,
        pub deadline: Option<i64>,
        pub created_at: i64,
        pub created_by: String,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod sign_ins {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_ins")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub authorization: Uuid,
        pub position: i64,
        pub account: String,
        pub account_key: String,
        pub state: String,
        pub signed_in_as: Option<String>,
        pub steps: String,
        pub problem: Option<String>,
        pub approval_url: Option<String>,
        pub connection: Option<Uuid>,
        pub done_at: Option<i64>,
        pub wave: Option<Uuid>,
        pub sets: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod sign_in_sets {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in_sets")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sign_in: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub backup_set: Uuid,
        pub name: String,
        pub method: String,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod connect_links {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "connect_links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub authorization: Uuid,
        pub created_by: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub revoked_at: Option<i64>,
        pub kind: String,
        pub sign_in: Option<Uuid>,
        pub recipient: Option<String>,
        pub language: Option<String>,
        pub used_at: Option<i64>,
        pub mail: Option<String>,
        pub mail_secret: Option<Vec<u8>>,
        pub embed_session: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod attempts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub authorization: Uuid,
        pub sign_in: Uuid,
        pub link: Uuid,
        pub leg: String,
        pub state: String,
        pub created_at: i64,
        pub expires_at: i64,
        pub token_hash: Option<Vec<u8>>,
        pub tenant: Option<Uuid>,
        pub object: Option<Uuid>,
        pub token: Option<Vec<u8>>,
        pub challenge: Option<Vec<u8>>,
        pub token_expires_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl Related<super::authorizations::Entity> for Entity {
        fn to() -> RelationDef {
            Self::belongs_to(super::authorizations::Entity)
                .from(Column::Authorization)
                .to(super::authorizations::Column::Id)
                .into()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod connections {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "connections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub customer: Uuid,
        pub tenant: Uuid,
        pub object: Uuid,
        pub account: String,
        pub account_key: String,
        pub state: String,
        pub refresh_token: Vec<u8>,
        pub token_version: i64,
        pub scopes: String,
        pub connected_at: i64,
        pub checked_at: i64,
        pub failed_at: Option<i64>,
        pub help: Option<String>,
        pub leased_until: i64,
        pub epoch: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod audit {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub sequence: Option<i64>,
        pub at: i64,
        pub event: String,
        pub actor: String,
        pub subject: String,
        pub detail: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod audit_names {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_names")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub reference: String,
        pub name: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod audit_batches {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_batches")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub batch: i64,
        pub first_sequence: i64,
        pub last_sequence: i64,
        pub previous: Vec<u8>,
        pub hash: Vec<u8>,
        pub key: String,
        pub sealed_at: i64,
        pub digest: Option<Vec<u8>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod api_keys {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "api_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub name: String,
        pub customers: Option<String>,
        pub created_at: i64,
        pub last_used_at: Option<i64>,
        pub revoked_at: Option<i64>,
        pub purposes: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
