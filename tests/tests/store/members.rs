//! Members: known by tenant and object, never by name (T10).

use rekey_tests::{clock::START, databases::TestDatabase, records};
use shared::{
    api::session::MemberRole,
    id::{ObjectId, TenantId},
};

rekey_tests::on_both![
    a_member_is_found_by_id_and_by_identity,
    one_identity_is_one_member,
    t10_names_do_not_identify,
    a_member_is_updated_in_role_and_names_only,
    a_removed_member_is_gone,
];

async fn a_member_is_found_by_id_and_by_identity(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let tx = database.store.write(organization).await.unwrap();
    let (ann, ben) = (records::member("Ann"), records::member("Ben"));
    for member in [&ann, &ben] {
        tx.add_member(member, START).await.unwrap();
    }
    assert_eq!(tx.find_member(ann.id).await.unwrap(), Some(ann.clone()));
    assert_eq!(tx.find_member_by_identity(ben.tenant, ben.object).await.unwrap(), Some(ben.clone()));
    assert_eq!(tx.find_member_by_identity(ann.tenant, ben.object).await.unwrap(), None);
    assert_eq!(tx.find_member_by_identity(TenantId(ann.object.0), ObjectId(ann.tenant.0)).await.unwrap(), None);
    assert_eq!(tx.list_members().await.unwrap(), [ann, ben]);
}

async fn one_identity_is_one_member(database: TestDatabase) {
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    let ann = records::member("Ann");
    let tx = database.store.write(contoso).await.unwrap();
    tx.add_member(&ann, START).await.unwrap();
    tx.commit().await.unwrap();

    let twin = records::member("Twin");
    let twin = server::store::members::Member { tenant: ann.tenant, object: ann.object, ..twin };
    let tx = database.store.write(contoso).await.unwrap();
    assert!(tx.add_member(&twin, START).await.unwrap_err().is_conflict());
    drop(tx);
    let tx = database.store.write(adatum).await.unwrap();
    tx.add_member(&twin, START).await.unwrap();
}

async fn t10_names_do_not_identify(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let (one, two) = (records::member("Ann"), records::member("Ann"));
    tx.add_member(&one, START).await.unwrap();
    tx.add_member(&two, START).await.unwrap();
    assert_eq!(tx.find_member_by_identity(two.tenant, two.object).await.unwrap().unwrap().id, two.id);
}

async fn a_member_is_updated_in_role_and_names_only(database: TestDatabase) {
    let tx = database.store.write(database.organization("Contoso").await).await.unwrap();
    let mut ann = records::member("Ann");
    tx.add_member(&ann, START).await.unwrap();
    for role in [MemberRole::Owner, MemberRole::Admin, MemberRole::Technician, MemberRole::Auditor] {
        (ann.role, ann.name, ann.username) = (role, "Ann B.".to_owned(), "ann.b@msp.example".to_owned());
        assert!(tx.update_member(&ann).await.unwrap());
        assert_eq!(tx.find_member(ann.id).await.unwrap(), Some(ann.clone()));
    }
    assert!(!tx.update_member(&records::member("Nobody")).await.unwrap());
}

async fn a_removed_member_is_gone(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let ann = records::member("Ann");
    let tx = database.store.write(organization).await.unwrap();
    tx.add_member(&ann, START).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(database.intruder().await.run("UPDATE members SET removed_at = 1").await, 1);

    let tx = database.store.write(organization).await.unwrap();
    assert_eq!(tx.find_member(ann.id).await.unwrap(), None);
    assert_eq!(tx.find_member_by_identity(ann.tenant, ann.object).await.unwrap(), None);
    assert_eq!(tx.list_members().await.unwrap(), []);
    assert!(!tx.update_member(&ann).await.unwrap());
}
