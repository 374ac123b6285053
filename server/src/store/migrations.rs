//! The schema's history: one module a step, applied at start, never edited afterwards.

pub mod m0001_begin;

use sea_orm_migration::prelude::{MigrationTrait, MigratorTrait};

/// All steps, oldest first.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_begin::Migration)]
    }
}
