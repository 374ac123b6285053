//! What an operator does at the command line: organizations listed, named, stopped; owner links; tokens for a job (B-07, K4, K5,
//! M4, O1).

use crate::program;
use rekey_tests::app::{Backend, OUTSIDER, TestApp, client::Answer, set_up::ADMINISTRATOR};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::store::organizations::Organization;
use shared::{
    api::{
        connect::ConnectView,
        session::{CreateSession, SignInStart},
    },
    id::OrganizationId,
    method::Method,
};

/// What the program prints, and whether it was content.
fn rekey(app: &TestApp, words: &[&str]) -> (bool, String) {
    let outcome = program(app).args(words).output().expect("the program runs");
    let text = [outcome.stdout, outcome.stderr].concat();
    (outcome.status.success(), String::from_utf8_lossy(&text).into_owned())
}

async fn organization(app: &TestApp) -> Organization {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    tx.find_organization().await.expect("an answer").expect("the organization")
}

async fn operated(app: &TestApp, event: &str) -> usize {
    let rows = app.dump().await["audit"].clone();
    rows.iter().filter(|row| row.contains(event) && row.contains("operator")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k5_organizations_are_listed_and_named_by_the_operator() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (id, other) = (app.organization.to_string(), app.neighbour().await.id);
    let (good, said) = rekey(&app, &["organizations", "list"]);
    let mut lines: Vec<_> = said.lines().collect();
    lines.sort_unstable();
    let mut wanted =
        [format!("{id}\tNorthwind Managed IT\tnorthwind.example"), format!("{other}\tTailspin Services\t")];
    wanted.sort_unstable();
    assert!(good && lines == wanted, "{said}");
    let set = ["organizations", "set", &id, "--name", "Northwind AG", "--domain", "northwind.test"];
    assert_eq!(rekey(&app, &set), (true, String::new()));
    // What a stranger is shown on the connect page is what was vetted.
    app.import_sample().await;
    let link = app.link(app.authorize(&["CON-001"]).await.id).await;
    let view: ConnectView = app.view(&link).await;
    let named = organization(&app).await;
    assert_eq!((view.organization.as_str(), named.domain.as_deref()), ("Northwind AG", Some("northwind.test")));
    assert_eq!(operated(&app, "organization.changed").await, 1);
    // A name that would mislead, and one of nobody, change nothing.
    let before = organization(&app).await;
    let nobody = OrganizationId(app.state.new_id()).to_string();
    let (long, bad) = ("x".repeat(500), "Northwind\u{202e}");
    for words in [
        ["organizations", "set", &id, "--name", ""],
        ["organizations", "set", &id, "--name", &long],
        ["organizations", "set", &id, "--name", bad],
        ["organizations", "set", &nobody, "--name", "Nobody"],
        ["organizations", "set", "northwind", "--name", "Northwind"],
    ] {
        let (good, said) = rekey(&app, &words);
        assert!(!good && !said.is_empty(), "{words:?}: {said}");
    }
    assert_eq!(organization(&app).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m4_an_operator_stops_an_organization_and_lets_it_go_on() {
    let app = TestApp::start(Backend::Sqlite).await;
    let (id, neighbour) = (app.organization.to_string(), app.neighbour().await);
    let member = app.member().await;
    let (good, said) = rekey(&app, &["organizations", "suspend", &id]);
    assert!(good && said.contains(&id), "{said}");
    let (_, said) = rekey(&app, &["organizations", "list"]);
    assert!(said.contains(&format!("{id}\tNorthwind Managed IT\tnorthwind.example\tsuspended")), "{said}");
    let asks = async || [app.key().get("/api/v1/customers").await.status, member.get("/api/v1/session").await.status];
    rekey_tests::app::eventually("key and session open nothing", async || asks().await == [401, 401]).await;
    app.with_key(&neighbour.key.secret).get("/api/v1/customers").await.ok::<Value>();
    let (again, said) = rekey(&app, &["organizations", "suspend", &id]);
    assert!(!again && said.contains("suspended already"), "{said}");
    assert!(rekey(&app, &["organizations", "resume", &id]).0);
    rekey_tests::app::eventually("it goes on", async || asks().await == [200, 200]).await;
    assert!(!rekey(&app, &["organizations", "resume", &id]).0, "it was not suspended");
    let nobody = OrganizationId(app.state.new_id()).to_string();
    assert!(!rekey(&app, &["organizations", "suspend", &nobody]).0);
    assert_eq!([operated(&app, "organization.suspended").await, operated(&app, "organization.resumed").await], [1, 1]);
}

/// The link that the program prints.
fn owner_link(app: &TestApp, words: &[&str]) -> String {
    let (good, said) = rekey(app, &[&["owner-link"], words].concat());
    let link = format!("{}/owner#", app.origin);
    assert!(good && said.matches(&link).count() == 1, "{said}");
    said.split_once(&link).expect("a link").1.trim().to_owned()
}

async fn sign_in(app: &TestApp, link: &str) -> Answer {
    let start: SignInStart = app.page().post("/api/v1/sign-ins", &json!({})).await.ok();
    let id_token = app.person(OUTSIDER).identify(&start).await;
    let body = CreateSession { secret: start.secret, id_token, owner_link: Some(link.to_owned()) };
    app.page().post("/api/v1/session", &body).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o1_an_owner_link_works_once_and_for_fifteen_minutes() {
    let app = TestApp::start(Backend::Sqlite).await;
    let id = app.organization.to_string();
    let late = owner_link(&app, &["--organization", &id]);
    let kept = format!("{:?}", app.dump().await);
    assert!(late.len() >= 22 && !kept.contains(&late), "O1: its hash alone is kept");
    app.advance(15 * 60 + 1);
    sign_in(&app, &late).await.refused(409, "link_over");
    sign_in(&app, "A").await.refused(409, "link_over");
    app.advance(-(15 * 60 + 1));
    let link = owner_link(&app, &["--organization", &id]);
    assert_eq!(sign_in(&app, &link).await.status, 200);
    sign_in(&app, &link).await.refused(409, "link_over");
    let tx = app.state.store.read(app.organization).await.unwrap();
    let owners = tx.list_members().await.unwrap().into_iter().filter(|one| one.username == OUTSIDER).count();
    assert_eq!(owners, 1);
    drop(tx);
    // A new organization comes with one of its own; one of nobody does not.
    let made = owner_link(&app, &["--name", "Tailspin Services", "--domain", "tailspin.example"]);
    assert_ne!(made, link);
    let (_, said) = rekey(&app, &["organizations", "list"]);
    assert!(said.contains("\tTailspin Services\ttailspin.example"), "{said}");
    let nobody = OrganizationId(app.state.new_id()).to_string();
    for words in [&["owner-link"][..], &["owner-link", "--organization", &nobody]] {
        assert!(!rekey(&app, words).0, "{words:?}");
    }
}

/// B-06, B-07: an administrator once, and then the app alone. Their account is switched off, and a job gets a token that reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b07_k4_the_program_prints_a_token_that_reads_although_the_administrator_is_gone() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let before = app.set_up(&["CON-015"]).await;
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    app.emulator.change_person(ADMINISTRATOR, emulator::PersonChange::SetDisabled(true)).unwrap();
    let again = app.link(app.authorize_modern(&["CON-007"]).await.id).await;
    let start = app.attempt(&again, app.view(&again).await.sign_in.id).await;
    assert!(app.person(ADMINISTRATOR).try_sign_in(&start).await.is_err(), "nobody signs in with it any more");
    drop(before);
    let token = |words: &[&str], key: &str| {
        let mut command = program(&app);
        command.args(["token", "--server", &app.origin, "--resource", "graph"]).args(words).env("REKEY_API_KEY", key);
        let outcome = command.output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (outcome.status.success(), text(outcome.stdout), text(outcome.stderr))
    };
    let (good, said, _) = token(&["--backup-set", "CON-015"], &app.api_key);
    assert!(good && said.lines().count() == 1, "{said}");
    let graph = app.state.microsoft.config.authority.graph_origin().to_string();
    let read = async |path: &str, token: &str| {
        let request = reqwest::Client::new().get(format!("{}/v1.0/{path}", graph.trim_end_matches('/')));
        request.bearer_auth(token).send().await.expect("Graph answers").status()
    };
    assert_eq!(read("users", said.trim()).await, StatusCode::OK);
    assert_eq!(read("users/priya.shah@contoso.com/messages", said.trim()).await, StatusCode::OK);
    assert_eq!(read("groups", said.trim()).await, StatusCode::FORBIDDEN, "and nothing beyond");
    // Nothing on standard output but a token: a refusal is said beside it.
    for (words, key) in [
        (&["--backup-set", "CON-015", "--purpose", "restore"][..], app.api_key.as_str()),
        (&["--backup-set", "CON-001"], &app.api_key),
        (&["--backup-set", "CON-999"], &app.api_key),
        (&["--backup-set", "CON-015"], "rekey_unknown"),
    ] {
        let (good, said, beside) = token(words, key);
        assert!(!good && said.is_empty() && beside.starts_with("rekey: "), "{words:?}: {said} {beside}");
        assert!(!beside.contains(key), "{beside}");
    }
}
