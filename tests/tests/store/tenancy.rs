//! No organization reaches another's rows (M3): not through the store on either database, and on PostgreSQL not even
//! with SQL that forgets the organization.

mod embed;
mod every;
mod modern;
mod people;
mod second;
mod waves;

use embed::Embed;
use modern::Modern;
use people::People;
use rekey_tests::{
    app::dump::{assert_same, without},
    clock::START,
    databases::{Raw, TestDatabase, next_id},
    records,
};
use second::Second;
use server::{
    seal::Sealed,
    store::{
        Reach, Scope, Scoped,
        api_keys::ApiKey,
        attempts::{Attempt, AttemptState, SavedToken},
        audit::{AuditBatch, AuditRow},
        authorizations::Authorization,
        backup_sets::{BackupSet, Filter, Sort},
        connections::Connection,
        customers::Customer,
        imports::Import,
        links::Link,
        members::Member,
        sessions::Session,
        sign_ins::SignIn,
    },
};
use shared::{
    api::{authorizations::AuthorizationState, customers::MethodCounts},
    id::{ConnectionId, CustomerId, ObjectId, OrganizationId, TenantId},
    method::Method,
};
use waves::Waves;

rekey_tests::on_both![
    m3_another_organization_finds_and_lists_nothing,
    m3_another_organization_changes_nothing,
    m3_no_function_of_the_store_is_left_out,
    m3_what_is_there_already_is_not_written_over_by_another_organization,
    m3_what_an_organization_says_of_itself_is_its_own,
    h6_out_of_reach_is_found_by_what_is_for_the_whole_organization_alone,
];

/// A row in every table of an organization.
struct Filled {
    member: Member,
    session: Session,
    customer: Customer,
    set: BackupSet,
    import: Import,
    authorization: Authorization,
    link: Link,
    sign_in: SignIn,
    attempt: Attempt,
    connection: Connection,
    api_key: ApiKey,
    audit: AuditRow,
    modern: Modern,
    embed: Embed,
    people: People,
    second: Second,
    waves: Waves,
}

async fn fill(database: &TestDatabase, organization: OrganizationId) -> Filled {
    Box::pin(filled(database, organization)).await
}

async fn filled(database: &TestDatabase, organization: OrganizationId) -> Filled {
    let tx = database.store.write(organization).await.unwrap();
    let (member, customer) = (records::member("Ann"), records::customer("Fabrikam"));
    let (session, import, api_key) = (records::session(&member), records::import(), records::api_key("one"));
    let authorization = records::authorization(&customer);
    let link = records::link(&authorization);
    let sign_in = records::sign_in(&authorization, "ann@fabrikam.example");
    let saved = SavedToken {
        hash: [7; 32],
        tenant: TenantId(next_id()),
        object: ObjectId(next_id()),
        token: Some(Sealed(vec![1])),
        expires_at: START.plus(60),
    };
    let attempt = Attempt {
        state: AttemptState::Saved,
        saved: Some(saved),
        challenge: Some(Sealed(vec![1])),
        ..records::attempt(&sign_in, &link)
    };
    let mut connection = records::connection(&customer, "ann@fabrikam.example");
    connection.state = shared::api::customers::ConnectionState::Ended;
    let set = records::backup_set(&customer, "Mail");
    let word = || "word".to_owned();
    let audit = AuditRow {
        id: next_id(),
        sequence: None,
        at: START,
        event: word(),
        actor: word(),
        subject: word(),
        detail: word(),
    };
    let batch = AuditBatch {
        batch: 1,
        first_sequence: 1,
        last_sequence: 1,
        previous: Vec::new(),
        hash: vec![1],
        key: word(),
        sealed_at: START,
        digest: None,
    };

    tx.add_member(&member, START).await.unwrap();
    tx.add_session(&session).await.unwrap();
    tx.add_customer(&customer, None, START).await.unwrap();
    tx.add_backup_sets(std::slice::from_ref(&set), START).await.unwrap();
    assert!(tx.change_method(&set, Method::Hybrid, connection.id, START).await.unwrap());
    tx.add_import(&import, vec![1], START).await.unwrap();
    tx.add_authorization(&authorization).await.unwrap();
    tx.add_link(&link, START).await.unwrap();
    tx.add_sign_in(&sign_in, &[records::sign_in_set(&sign_in, &set)]).await.unwrap();
    tx.add_attempt(&attempt).await.unwrap();
    tx.add_connection(&connection).await.unwrap();
    tx.add_api_key(&api_key).await.unwrap();
    tx.add_audit(&audit, "Ann").await.unwrap();
    tx.add_audit_batch(&batch).await.unwrap();
    let sealed = AuditRow { id: next_id(), ..audit.clone() };
    tx.add_audit(&sealed, "").await.unwrap();
    assert_eq!(tx.update_audit_sequences(&[sealed.id], 1).await.unwrap(), 1);
    let set = BackupSet { version: 2, ..set };
    let modern = modern::fill(&tx, &customer, &sign_in, &set, &api_key).await;
    let embed = embed::fill(&tx, &authorization, &set, &api_key).await;
    let people = people::fill(&tx, &customer, &sign_in).await;
    let second = second::fill(&tx, &api_key).await;
    let waves = waves::fill(&tx, &customer, &set).await;
    tx.commit().await.unwrap();
    Filled {
        member,
        session,
        customer,
        set,
        import,
        authorization,
        link,
        sign_in,
        attempt,
        connection,
        api_key,
        audit,
        modern,
        embed,
        people,
        second,
        waves,
    }
}

/// What a transaction sees of the rows, by every function that reads: names of those that found something.
async fn seen(tx: &Scoped, rows: &Filled) -> Vec<&'static str> {
    let (customer, sign_in) = (rows.customer.id, rows.sign_in.id);
    let external = rows.set.external_id.as_str();
    let all = Filter::default();
    let found = [
        ("find_member", tx.find_member(rows.member.id).await.unwrap().is_some()),
        (
            "find_member_by_identity",
            tx.find_member_by_identity(rows.member.tenant, rows.member.object).await.unwrap().is_some(),
        ),
        ("list_members", !tx.list_members().await.unwrap().is_empty()),
        ("find_session", tx.find_session(rows.session.id).await.unwrap().is_some()),
        ("find_customer", tx.find_customer(customer).await.unwrap().is_some()),
        ("find_customers", !tx.find_customers(&[customer]).await.unwrap().is_empty()),
        ("find_customers_by_tenant", !tx.find_customers_by_tenant(&[rows.customer.tenant]).await.unwrap().is_empty()),
        ("list_customers", !tx.list_customers("", None, 10).await.unwrap().is_empty()),
        ("list_customers, searched", !tx.list_customers("fab", None, 10).await.unwrap().is_empty()),
        ("count_customers", tx.count_customers().await.unwrap() != 0),
        ("find_backup_set", tx.find_backup_set(rows.set.id).await.unwrap().is_some()),
        ("find_backup_sets", !tx.find_backup_sets(&[rows.set.id]).await.unwrap().is_empty()),
        ("find_backup_sets_by_external_id", !tx.find_backup_sets_by_external_id(&[external]).await.unwrap().is_empty()),
        ("list_backup_sets", !tx.list_backup_sets(&all, Sort::Customer, false, None, 10).await.unwrap().is_empty()),
        ("count_backup_sets", tx.count_backup_sets(&all).await.unwrap() != MethodCounts::default()),
        ("count_backup_sets_by_customer", !tx.count_backup_sets_by_customer(&[customer]).await.unwrap().is_empty()),
        ("list_method_changes", !tx.list_method_changes(0, 10).await.unwrap().is_empty()),
        ("find_import", tx.find_import(rows.import.id).await.unwrap().is_some()),
        ("find_import_rows", tx.find_import_rows(rows.import.id).await.unwrap().is_some()),
        ("find_authorization", tx.find_authorization(rows.authorization.id).await.unwrap().is_some()),
        (
            "find_authorization_and_customer",
            tx.find_authorization_and_customer(rows.authorization.id).await.unwrap().is_some(),
        ),
        ("find_authorization_version", tx.find_authorization_version(rows.authorization.id).await.unwrap().is_some()),
        ("list_authorizations", !tx.list_authorizations(None, None, 10).await.unwrap().is_empty()),
        ("count_open_authorizations", tx.count_open_authorizations().await.unwrap() != 0),
        ("find_link", tx.find_link(rows.link.id, START).await.unwrap().is_some()),
        ("find_sign_in", tx.find_sign_in(sign_in).await.unwrap().is_some()),
        ("list_sign_ins", !tx.list_sign_ins(&[rows.authorization.id]).await.unwrap().is_empty()),
        ("list_sign_in_sets", !tx.list_sign_in_sets(&[sign_in]).await.unwrap().is_empty()),
        ("list_covered", tx.list_covered(sign_in).await.unwrap().iter().any(|(_, set)| set.is_some())),
        ("find_attempt_and_link", tx.find_attempt_and_link(rows.attempt.id).await.unwrap().is_some()),
        ("find_attempt", tx.find_attempt(rows.attempt.id).await.unwrap().is_some()),
        ("find_saved_attempt", tx.find_saved_attempt(sign_in).await.unwrap().is_some()),
        ("find_last_challenge", tx.find_last_challenge(sign_in).await.unwrap().is_some()),
        ("find_connection", tx.find_connection(rows.connection.id).await.unwrap().is_some()),
        (
            "find_connection_of",
            tx.find_connection_of(rows.connection.tenant, rows.connection.object).await.unwrap().is_some(),
        ),
        ("list_connections", !tx.list_connections(&[customer]).await.unwrap().is_empty()),
        ("customers_needing_attention", !tx.customers_needing_attention(10).await.unwrap().is_empty()),
        ("find_api_key", tx.find_api_key(rows.api_key.id).await.unwrap().is_some()),
        ("list_api_keys", !tx.list_api_keys().await.unwrap().is_empty()),
        ("list_audit", !tx.list_audit(None, 10).await.unwrap().is_empty()),
        ("list_unsealed_audit", !tx.list_unsealed_audit(10).await.unwrap().is_empty()),
        ("find_last_audit_batch", tx.find_last_audit_batch().await.unwrap().is_some()),
        ("list_audit_batches", !tx.list_audit_batches(0, 10).await.unwrap().is_empty()),
        ("list_sealed_audit", !tx.list_sealed_audit(0, 10).await.unwrap().is_empty()),
        ("count_sealed_audit", tx.count_sealed_audit().await.unwrap() != 0),
    ];
    let mut names = modern::seen(tx, &rows.modern).await;
    names.extend(embed::seen(tx, &rows.embed).await);
    names.extend(people::seen(tx, &rows.people).await);
    names.extend(second::seen(tx, &rows.second).await);
    names.extend(waves::seen(tx, &rows.waves).await);
    names.extend(found.iter().filter(|(_, found)| *found).map(|(name, _)| *name));
    names
}

async fn m3_another_organization_finds_and_lists_nothing(database: TestDatabase) {
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    let rows = fill(&database, contoso).await;
    assert_eq!(seen(&database.store.read(adatum).await.unwrap(), &rows).await, [""; 0]);
}

/// What finds something of a customer although only others are in reach: services ask for these by a right that covers them, or
/// with an id that they got through the customer. A function that is new here needs such a reason.
async fn h6_out_of_reach_is_found_by_what_is_for_the_whole_organization_alone(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let rows = fill(&database, organization).await;
    let scope = |organization| Scope { organization, reach: Reach::only(Some(vec![CustomerId(next_id())])) };
    let limited = database.store.read(scope(organization)).await.unwrap();
    let mut found = seen(&limited, &rows).await;
    found.sort_unstable();
    assert_eq!(found, every::OF_THE_WHOLE);
    // What says that something is out of reach says so of one's own organization alone.
    let foreign = database.store.read(scope(database.organization("Adatum").await)).await.unwrap();
    let external = [rows.set.external_id.as_str()];
    for (tx, count) in [(&limited, 1), (&foreign, 0)] {
        assert_eq!(tx.external_ids_out_of_reach(&external).await.unwrap().len(), count);
        assert_eq!(waves::is_beyond_reach(tx, &rows.waves).await, count == 1);
    }
}

/// What a transaction can change of the rows: names of the functions that changed something.
async fn changed(tx: &Scoped, rows: &Filled) -> Vec<&'static str> {
    let authorization = rows.authorization.id;
    let connection = ConnectionId(next_id());
    let later = START.plus(1_000_000);
    let mut names = second::changed(tx, &rows.second).await;
    names.extend(people::changed(tx, &rows.people).await);
    let done = [
        ("update_member", tx.update_member(&rows.member).await.unwrap()),
        ("end_session", tx.end_session(rows.session.id, START).await.unwrap()),
        ("confirm_customer", tx.confirm_customer(rows.customer.id, rows.customer.tenant, "Eve", START).await.unwrap()),
        ("change_method", tx.change_method(&rows.set, Method::Modern, connection, START).await.unwrap()),
        ("update_backup_set", {
            let next = BackupSet { version: 3, ..rows.set.clone() };
            tx.update_backup_set(&next).await.unwrap()
        }),
        ("touch_authorization", tx.touch_authorization(authorization).await.unwrap()),
        (
            "touch_and_find_authorization",
            tx.touch_and_find_authorization(authorization).await.unwrap().is_some_and(|found| found.version > 1),
        ),
        ("end_authorization", tx.end_authorization(authorization, AuthorizationState::Done).await.unwrap()),
        ("revoke_links", tx.revoke_links(authorization, START).await.unwrap() != 0),
        ("update_sign_in", tx.update_sign_in(&rows.sign_in, rows.sign_in.state).await.unwrap()),
        ("update_attempt", {
            let open = Attempt { state: AttemptState::Open, ..rows.attempt.clone() };
            tx.update_attempt(&open, AttemptState::Saved).await.unwrap()
        }),
        ("supersede_open_attempts", tx.supersede_open_attempts(authorization).await.unwrap() != 0),
        ("remove_old_attempts", tx.remove_old_attempts(later).await.unwrap() != 0),
        ("update_connection", tx.update_connection(&rows.connection, 1).await.unwrap()),
        ("revoke_api_key", tx.revoke_api_key(rows.api_key.id, START).await.unwrap()),
        ("update_audit_sequences", tx.update_audit_sequences(&[rows.audit.id], 2).await.unwrap() != 0),
        ("remove_expired_imports", tx.remove_expired_imports(later).await.unwrap() != 0),
    ];
    tx.update_session_seen(rows.session.id, later).await.unwrap();
    tx.update_api_key_used(rows.api_key.id, later).await.unwrap();
    names.extend(done.iter().filter(|(_, done)| *done).map(|(name, _)| *name));
    let set = BackupSet { version: 4, ..rows.set.clone() };
    names.extend(modern::changed(tx, &rows.modern.with_set(set)).await);
    names.extend(embed::changed(tx, &rows.embed).await);
    names.extend(waves::changed(tx, &rows.waves).await);
    tx.remove_previews_beyond(0).await.unwrap();
    tx.choose_customers(rows.member.id, &[]).await.unwrap();
    names
}

/// What changes something and does not say whether: that the rows stay as they are is the proof.
const SILENT: [&str; 4] = ["update_session_seen", "update_api_key_used", "remove_previews_beyond", "choose_customers"];

async fn m3_another_organization_changes_nothing(database: TestDatabase) {
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    let rows = fill(&database, contoso).await;
    let before = without(database.dump().await, adatum);
    assert!(before["backup_sets"].len() == 4 && before["sessions"].len() == 2, "{before:?}");
    let foreign = database.store.write(adatum).await.unwrap();
    assert_eq!(changed(&foreign, &rows).await, [""; 0]);
    foreign.commit().await.unwrap();
    assert_same(&before, &without(database.dump().await, adatum));
}

/// An insert of a row that is there becomes an update: of one's own rows alone. PostgreSQL refuses the rest aloud.
async fn m3_what_is_there_already_is_not_written_over_by_another_organization(database: TestDatabase) {
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    let rows = fill(&database, contoso).await;
    let before = database.dump().await;
    for number in 0..second::WRITTEN.len() {
        let foreign = database.store.write(adatum).await.unwrap();
        assert_eq!(second::written(&foreign, &rows.second, number).await.unwrap_or(0), 0);
        drop(foreign);
        let foreign = database.store.write(adatum).await.unwrap();
        if second::written(&foreign, &rows.second, number).await.is_some() {
            foreign.commit().await.unwrap();
        }
        assert_same(&before, &database.dump().await);
    }
    let own = database.store.write(contoso).await.unwrap();
    for (number, name) in second::WRITTEN.iter().enumerate() {
        assert_eq!(second::written(&own, &rows.second, number).await, Some(1), "{name} writes its own");
    }
}

/// What acts on the transaction's organization without being told which one.
async fn m3_what_an_organization_says_of_itself_is_its_own(database: TestDatabase) {
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    fill(&database, contoso).await;
    let before = without(database.dump().await, adatum);
    let foreign = database.store.write(adatum).await.unwrap();
    let mut named = database.store.read(contoso).await.unwrap().find_organization().await.unwrap().unwrap();
    "Eve's".clone_into(&mut named.name);
    assert!(foreign.update_organization(&named).await.unwrap());
    assert!(foreign.suspend_organization(Some(START)).await.unwrap());
    assert!(foreign.update_noted_rules(None, "rules").await.unwrap());
    assert!(foreign.update_told(0, 7).await.unwrap());
    assert_eq!(foreign.take_audit_sequences(3).await.unwrap(), 1);
    foreign.lock().await.unwrap();
    foreign.commit().await.unwrap();
    assert_same(&before, &without(database.dump().await, adatum));
    let adatum = database.store.read(adatum).await.unwrap().find_organization().await.unwrap().unwrap();
    assert_eq!((adatum.name.as_str(), adatum.suspended_at), ("Eve's", Some(START)), "and it did act");
}

/// Every function of a transaction is proved here, or has a reason: one that is added without either fails.
async fn m3_no_function_of_the_store_is_left_out(database: TestDatabase) {
    let organization = database.organization("Contoso").await;
    let rows = fill(&database, organization).await;
    let own = database.store.write(organization).await.unwrap();
    let mut proved = seen(&own, &rows).await;
    proved.extend(changed(&own, &rows).await);
    proved.extend(second::WRITTEN);
    proved.extend(SILENT);
    every::check(&proved);
}

/// The tables with an organization, but for the two that lie outside.
async fn tables(raw: &Raw) -> Vec<String> {
    let rows = raw
        .query(
            "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public' \
             AND column_name = 'organization' AND table_name NOT IN ('locator', 'work') ORDER BY 1",
        )
        .await;
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn counts(raw: &Raw, tables: &[String]) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in tables {
        counts.push(raw.number(&format!("SELECT count(*) FROM {table}")).await);
    }
    counts
}

#[tokio::test]
async fn m3_postgres_shows_nothing_to_sql_without_the_organization_or_with_another() {
    let database = TestDatabase::postgres().await;
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    fill(&database, contoso).await;
    let (raw, intruder) = (database.raw().await, database.intruder().await);
    let tables = tables(&intruder).await;
    assert_eq!(tables.len(), 34, "{tables:?}");
    let there = counts(&intruder, &tables).await;
    assert!(there.iter().all(|count| *count > 0), "an empty table proves nothing: {tables:?} {there:?}");

    let nothing = vec![0; tables.len()];
    assert_eq!(counts(&raw, &tables).await, nothing, "{tables:?}");
    for (organization, expected) in [(adatum, &nothing), (contoso, &there), (OrganizationId(next_id()), &nothing)] {
        raw.run(&format!("SET rekey.organization = '{organization}'")).await;
        assert_eq!(&counts(&raw, &tables).await, expected, "{tables:?}");
    }
    raw.run("SET rekey.organization = ''").await;
    assert_eq!(counts(&raw, &tables).await, nothing, "{tables:?}");
    for table in &tables {
        assert_eq!(raw.run(&format!("UPDATE {table} SET organization = organization")).await, 0);
        assert_eq!(raw.run(&format!("DELETE FROM {table}")).await, 0);
    }
    assert_eq!(counts(&intruder, &tables).await, there);
}

#[tokio::test]
async fn m3_postgres_takes_no_row_for_another_organization() {
    let database = TestDatabase::postgres().await;
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    fill(&database, contoso).await;
    let raw = database.raw().await;
    raw.run(&format!("SET rekey.organization = '{contoso}'")).await;
    let intruder = database.intruder().await;
    for table in tables(&intruder).await {
        let error = raw.refused(&format!("UPDATE {table} SET organization = '{adatum}'")).await;
        assert!(error.contains("row-level security"), "{table}: {error}");
    }
}

/// The setting is the transaction's: it does not stay on a connection that goes back to the pool.
#[tokio::test]
async fn m3_postgres_forgets_the_organization_at_the_end_of_a_transaction() {
    let database = TestDatabase::postgres().await;
    let (contoso, adatum) = (database.organization("Contoso").await, database.organization("Adatum").await);
    let rows = fill(&database, contoso).await;
    for _ in 0..40 {
        assert!(database.store.read(contoso).await.unwrap().find_customer(rows.customer.id).await.unwrap().is_some());
        assert_eq!(database.store.read(adatum).await.unwrap().find_customer(rows.customer.id).await.unwrap(), None);
    }
}
