//! What is stored, whatever happened before.

use super::world::World;
use server::store::backup_sets::{Filter, Sort};
use shared::{
    api::apps::{AppState, Way},
    id::OrganizationId,
    method::Method,
};

/// Both organizations.
pub async fn check(world: &World) {
    for organization in world.organizations {
        check_one(world, organization).await;
    }
}

/// Every connection and every working app is of its customer's tenant and lives there, and every set uses its own customer's.
async fn check_one(world: &World, organization: OrganizationId) {
    let tx = world.app.state.store.read(organization).await.unwrap();
    for customer in &tx.list_customers("", None, 100).await.unwrap() {
        for one in tx.list_connections(&[customer.id]).await.unwrap() {
            assert_eq!(one.tenant, customer.tenant, "access of one tenant stored for another");
            assert_eq!(world.homes.get(&one.object.0), Some(&one.tenant), "the account lives elsewhere");
        }
        for one in tx.list_apps(Some(customer.id)).await.unwrap() {
            assert_eq!(one.tenant, customer.tenant, "an app of one tenant stored for another");
            let Some(client) = one.client_id.filter(|_| one.state == AppState::Working) else { continue };
            let made = world.app.emulator.directory_applications(one.tenant.0);
            let lives = match one.way {
                Way::OwnApp => world.own_apps.get(&client.0) == Some(&one.tenant),
                _ => made.iter().any(|there| there.app_id == client.0),
            };
            assert!(lives, "the app lives elsewhere: {one:?}");
        }
    }
    for set in tx.list_backup_sets(&Filter::default(), Sort::default(), false, None, 500).await.unwrap() {
        let Some(id) = set.connection else {
            let taken =
                world.taken.contains(&set.customer) || world.moved.contains(&(organization, set.external_id.clone()));
            assert!(set.method == Method::Basic || taken, "half: {set:?}");
            continue;
        };
        let customer = match set.method {
            Method::Basic => panic!("half: {set:?}"),
            Method::Hybrid => tx.find_connection(id).await.unwrap().map(|one| one.customer),
            Method::Modern => tx.find_app(id).await.unwrap().map(|one| one.customer),
        };
        assert_eq!(customer, Some(set.customer), "a set uses another customer's access: {set:?}");
    }
}
