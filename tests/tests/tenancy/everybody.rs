//! Each route by each kind of caller that it must keep out, without a gap (M2): what the other tests compare word by word for
//! some callers is here asked by all of them, and a pair that was not asked fails.

use super::{
    matrix::{Kind, Records, mentions, mentions_ids, rows},
    reach::{TESSA, colleague, colleague_called, limited_key},
};
use rekey_tests::{
    app::{
        OUTSIDER, TestApp,
        client::Client,
        dump::{assert_same, without},
    },
    app_on_both,
};
use serde_json::{Value, json};
use shared::api::{api_keys::ApiKeyCreated, session::MemberRole};
use std::collections::BTreeSet;

app_on_both! {
    m2_no_route_is_left_out_for_anybody_who_may_not,
    k4_a_key_for_jobs_changes_nothing_on_any_route,
}

const SESSION: &str = "/api/v1/session";
const IMPORTS: &str = "/api/v1/imports";
/// Was a member once.
const FORMER: &str = "kim.larsen@adatum.com";

/// Somebody who may not.
struct Caller {
    who: &'static str,
    client: Client,
    /// Signs out in their place, so that they go on.
    leaving: Client,
    /// Knows nothing of the organization and is nobody in it.
    nobody: bool,
}

async fn callers(app: &TestApp) -> Vec<Caller> {
    let neighbour = app.neighbour().await;
    let one = |who, client: &Client, leaving: &Client, nobody| Caller {
        who,
        client: client.clone(),
        leaving: leaving.clone(),
        nobody,
    };
    let adatum = app.customer("Adatum Corporation").await.id;
    let (id, former) = colleague_called(app, FORMER, MemberRole::Admin, &[]).await;
    assert_eq!(app.member().await.post(&format!("/api/v1/members/{id}/remove"), &json!({})).await.status, 204);
    let technician = colleague(app, MemberRole::Technician, &[adatum]).await.1;
    let leaving = app.session(&app.sign_in(TESSA).await);
    let (outsider, outgoing) = (app.session(&app.sign_in(OUTSIDER).await), app.session(&app.sign_in(OUTSIDER).await));
    let (foreign, limited) = (app.with_key(&neighbour.key.secret), limited_key(app, adatum).await);
    let callers = vec![
        one("anonymous", &app.page(), &app.page(), true),
        one("a former member", &former, &former, true),
        one("a foreign member", &outsider, &outgoing, false),
        one("a foreign key", &foreign, &foreign, false),
        one("a technician of another customer", &technician, &leaving, false),
        one("a key of another customer", &limited, &limited, false),
    ];
    for caller in callers.iter().filter(|caller| !caller.nobody) {
        caller.client.get("/api/v1/overview").await.ok::<Value>();
    }
    callers
}

/// What a caller may be answered.
fn may_be(kind: Kind, method: &str, caller: &Caller, status: u16) -> bool {
    match kind {
        Kind::Public => status < 500,
        Kind::Connect => status == 404,
        _ if caller.nobody => status == 401,
        // Their own, or a refusal; what they make is theirs.
        Kind::List | Kind::Session | Kind::Keys if method != "GET" => status < 500,
        Kind::List | Kind::Session | Kind::Keys => matches!(status, 200 | 401 | 403),
        Kind::Record | Kind::Body | Kind::Job | Kind::Key => (400..500).contains(&status),
    }
}

async fn m2_no_route_is_left_out_for_anybody_who_may_not(app: TestApp) {
    let records = Records::make(&app).await;
    let member = app.member().await;
    let callers = callers(&app).await;
    let neighbour = app.state.store.read_system().await.unwrap().list_organizations().await.unwrap();
    let neighbour = neighbour.into_iter().find(|one| one.id != app.organization).expect("a neighbour").id;
    let before = without(app.dump().await, neighbour);
    let mut asked = BTreeSet::new();
    // What may leave a trace of the caller's own comes last: a sign-in, the end of a session, a preview that nobody confirms.
    let leaves = |method: &str, path: &str, kind: Kind| {
        kind == Kind::Public || matches!((method, path), ("DELETE", SESSION) | ("POST", IMPORTS))
    };
    let (own, rest): (Vec<_>, Vec<_>) = rows().partition(|(method, path, kind)| leaves(method, path, *kind));
    ask(&records, &callers, &rest, &mut asked).await;
    assert_same(&before, &without(app.dump().await, neighbour));
    ask(&records, &callers, &own, &mut asked).await;
    let after = without(app.dump().await, neighbour);
    for table in ["backup_sets", "customers", "connections", "apps", "members", "api_keys", "authorizations"] {
        assert!(before[table] == after[table] && !after[table].is_empty(), "{table}");
    }
    member.get(SESSION).await.ok::<Value>();
    assert_eq!(asked.len(), rows().count() * callers.len(), "each route by each caller");
}

type Row = (&'static str, &'static str, Kind);

async fn ask(records: &Records, callers: &[Caller], rows: &[Row], asked: &mut BTreeSet<[&'static str; 3]>) {
    for (method, path, kind) in rows {
        for caller in callers {
            let client = if (*method, *path) == ("DELETE", SESSION) { &caller.leaving } else { &caller.client };
            let answer = records.call(client, method, path, true).await;
            let what = format!("{method} {path} by {}: {}", caller.who, answer.text());
            assert!(may_be(*kind, method, caller, answer.status), "{} {what}", answer.status);
            // Whoever brings a list is told their own lines.
            let brings = matches!((*method, *path), ("PUT", "/api/v1/backup-sets") | ("POST", IMPORTS));
            let tells = if brings { mentions_ids(&answer, records) } else { mentions(&answer, records) };
            assert!(!tells, "{what}");
            asked.insert([*method, *path, caller.who]);
        }
    }
}

/// A key for jobs reaches every customer: it reads what its jobs are about, and that is all.
async fn k4_a_key_for_jobs_changes_nothing_on_any_route(app: TestApp) {
    let records = Records::make(&app).await;
    let body = json!({ "name": "jobs", "purposes": ["restore"] });
    let made: ApiKeyCreated = app.member().await.post("/api/v1/api-keys", &body).await.ok();
    let key = app.with_key(&made.secret);
    key.get("/api/v1/overview").await.ok::<Value>();
    let before = app.dump().await;
    for (method, path, kind) in rows().filter(|(method, _, kind)| *method != "GET" && *kind != Kind::Public) {
        let answer = records.call(&key, method, path, true).await;
        let (status, codes) = match kind {
            Kind::Connect => (404, ["not_found"; 2]),
            Kind::Session => (401, ["unauthenticated"; 2]),
            Kind::Keys | Kind::Key => (403, ["member_needed"; 2]),
            _ => (403, ["key_limited", "member_needed"]),
        };
        let code = answer.value()["code"].as_str().unwrap_or_default().to_owned();
        // Reads by POST: what would change, and from whom.
        let reads = path.ends_with("/preview") && answer.status == 200;
        let refused = answer.status == status && codes.contains(&code.as_str());
        assert!(reads || refused, "{method} {path}: {} {}", answer.status, answer.text());
    }
    assert_same(&before, &app.dump().await);
}
