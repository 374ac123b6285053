//! The tables of *modern* as SeaORM sees them, like those beside this module.

pub mod apps {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "apps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub customer: Uuid,
        pub tenant: Uuid,
        pub purpose: String,
        pub way: String,
        pub state: String,
        pub display_name: String,
        pub unique_name: String,
        pub client_id: Option<Uuid>,
        pub object: Option<Uuid>,
        pub principal: Option<Uuid>,
        pub workloads: String,
        pub sharepoint_host: Option<String>,
        pub roles: String,
        pub set_up_at: Option<i64>,
        pub checked_at: Option<i64>,
        pub failed_at: Option<i64>,
        pub first_token_at: Option<i64>,
        pub removed_at: Option<i64>,
        pub help: Option<String>,
        pub left_behind: String,
        pub created_at: i64,
        pub version: i64,
        /// It works, and its permissions are not the manifest's: kept beside `roles`, so that lists need not read those.
        pub drifted: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod certificates {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificates")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub app: Uuid,
        pub state: String,
        pub thumbprint: String,
        pub certificate: Vec<u8>,
        pub private_key: Option<Vec<u8>>,
        pub key_id: Option<Uuid>,
        pub not_before: i64,
        pub not_after: i64,
        pub shortened: Option<String>,
        pub created_at: i64,
        pub proved_at: Option<i64>,
        pub renew_at: Option<i64>,
        pub remove_at: Option<i64>,
        pub removed_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod journals {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "journals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub customer: Uuid,
        pub tenant: Uuid,
        pub authorization: Uuid,
        pub sign_in: Uuid,
        pub kind: String,
        pub state: String,
        pub administrator: Uuid,
        pub created_at: i64,
        pub ended_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod journal_steps {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "journal_steps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub journal: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i64,
        pub code: String,
        pub state: String,
        pub object: Option<String>,
        pub intended_at: i64,
        pub ended_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod restores {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "restores")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub customer: Uuid,
        pub reason: String,
        pub approved_by: String,
        pub opened_at: i64,
        pub ends_at: i64,
        pub closed_at: Option<i64>,
        pub closed_by: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod token_counts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "token_counts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub minute: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub connection: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub api_key: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub resource: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub purpose: String,
        pub count: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod key_breadth {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "key_breadth")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub api_key: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour: i64,
        pub sets: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod notices {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub customer: Option<Uuid>,
        pub kind: String,
        pub subject: Uuid,
        pub stage: i64,
        pub title: String,
        pub text: String,
        pub created_at: i64,
        pub resolved_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod channels {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "channels")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub kind: String,
        pub address: String,
        pub secret: Option<Vec<u8>>,
        pub created_at: i64,
        pub created_by: String,
        pub removed_at: Option<i64>,
        pub events: Option<String>,
        pub customers: Option<String>,
        pub secret_version: i64,
        pub previous_secret: Option<Vec<u8>>,
        pub previous_until: Option<i64>,
        pub failing_since: Option<i64>,
        pub leased_until: i64,
        pub epoch: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod deliveries {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deliveries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub channel: Uuid,
        pub event: Uuid,
        pub state: String,
        pub attempts: i64,
        pub next_at: i64,
        pub tried_at: Option<i64>,
        pub status: Option<i64>,
        pub duration: Option<i64>,
        pub last_answer: Option<String>,
        pub created_at: i64,
        pub ended_at: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod events {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organization: Uuid,
        pub kind: String,
        pub customer: Option<Uuid>,
        pub notice: Option<Uuid>,
        pub title: String,
        pub text: String,
        pub data: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
