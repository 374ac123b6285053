//! Words of the portal, one module a part of it.

pub mod account;
pub mod api_keys;
pub mod apps;
pub mod audit;
pub mod authorizations;
pub mod backup_sets;
pub mod certificates;
pub mod channels;
pub mod consoles;
pub mod customer_page;
pub mod customers;
pub mod exposure;
pub mod home;
pub mod imports;
pub mod invitations;
pub mod members;
pub mod modern;
pub mod notices;
pub mod restores;
pub mod shell;
pub mod waves;
