//! What storage promises, kept on SQLite and on PostgreSQL alike. One module for each module of the store.

mod store {
    mod api_keys;
    mod attempts;
    mod audit;
    mod authorizations;
    mod backup_sets;
    mod certificates;
    mod connections;
    mod customers;
    mod embed;
    mod imports;
    mod locator;
    mod members;
    mod notices;
    mod opening;
    mod organizations;
    mod restores;
    mod sessions;
    mod sign_ins;
    mod tenancy;
    mod token_counts;
    mod transactions;
    mod waves;
    mod work;
}
