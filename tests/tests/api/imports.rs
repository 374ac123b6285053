//! Lists: shown first, stored when confirmed, all or nothing.

use rekey_tests::{
    app::{Backend, TestApp, client::Answer, dump::differences},
    app_on_both,
};
use reqwest::Method;
use shared::{
    api::imports::{ConfirmImport, ImportState, ImportView},
    language::Language,
};

app_on_both! {
    nothing_is_stored_before_the_confirmation,
    bad_lines_are_named_and_left_out_only_when_told,
    confirming_twice_is_once_and_all_or_nothing,
    h2_contacts_come_with_a_list,
}

const HEADER: &str = "external_id,name,customer,tenant,account,workloads\n";

async fn confirm(app: &TestApp, view: &ImportView, leave_out_bad_lines: bool) -> Answer {
    let path = format!("/api/v1/imports/{}/confirm", view.id);
    app.key().post(&path, &ConfirmImport { leave_out_bad_lines }).await
}

async fn preview(app: &TestApp, text: &str) -> ImportView {
    app.key().upload_csv("/api/v1/imports", text.to_owned()).await.ok()
}

async fn nothing_is_stored_before_the_confirmation(app: TestApp) {
    let before = app.dump().await;
    let view = preview(&app, &format!("{HEADER}A-1,Mail,Contoso,contoso.com,a@contoso.com,exchange\n")).await;
    assert_eq!((view.new, view.customers[0].new, view.customers[0].sets), (1, true, 1));
    assert_eq!(view.customers[0].tenant, app.identity("backup@contoso.com").0);
    for line in differences(&before, &app.dump().await) {
        let table = line[2..].split(':').next().unwrap();
        assert!(
            ["imports", "audit", "audit_names", "audit_batches", "organizations", "api_keys"].contains(&table),
            "{line}"
        );
    }
    assert_eq!(app.sets().await, []);
    confirm(&app, &view, false).await.ok::<ImportView>();
    assert_eq!(app.sets().await.len(), 1);
    // The same list again: unchanged; a changed name: changed; a method does not come in by a list.
    let again = preview(&app, &format!("{HEADER}A-1,Mail,Contoso,contoso.com,a@contoso.com,exchange\n")).await;
    assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 1));
    let text = "external_id;name;customer;tenant;account;workloads;method\nA-1;Post;Contoso;contoso.com;a@contoso.com;exchange|tasks;hybrid\n";
    let changed = preview(&app, &format!("\u{feff}{text}")).await;
    assert_eq!((changed.new, changed.changed, changed.unchanged), (0, 1, 0));
    confirm(&app, &changed, false).await.ok::<ImportView>();
    let set = app.set("A-1").await;
    assert_eq!((set.name.as_str(), set.method, set.workloads.len()), ("Post", shared::method::Method::Basic, 2));
    // A preview is forgotten after an hour.
    let late = preview(&app, &format!("{HEADER}A-2,Mail,Contoso,contoso.com,,exchange\n")).await;
    app.advance(3601);
    confirm(&app, &late, false).await.refused(409, "import_expired");
}

async fn bad_lines_are_named_and_left_out_only_when_told(app: TestApp) {
    let text = format!(
        "{HEADER}B-1,Mail,Contoso,contoso.com,a@contoso.com,exchange\n\
         ,No id,Contoso,contoso.com,a@contoso.com,exchange\n\
         B-3,Mail,Contoso,nowhere.invalid,a@contoso.com,exchange\n\
         B-4,Mail,Contoso,contoso.com,a@contoso.com,telegrams\n\
         B-1,Twice,Contoso,contoso.com,a@contoso.com,exchange\n\
         B-6,Mail,Contoso\n\
         B-7,\"Quoted, name\",Contoso,contoso.com,a@contoso.com,exchange\n"
    );
    let view = preview(&app, &text).await;
    let bad: Vec<_> = view.bad_lines.iter().map(|line| (line.line, line.field.as_deref())).collect();
    assert_eq!(
        bad,
        [(3, Some("external_id")), (4, Some("tenant")), (5, Some("workloads")), (6, Some("external_id")), (7, None)]
    );
    assert!(view.bad_lines.iter().all(|line| line.reason.len() > 10), "{:?}", view.bad_lines);
    assert_eq!((view.new, view.bad, view.lines), (2, 5, 7));
    confirm(&app, &view, false).await.refused(409, "import_has_bad_lines");
    assert_eq!(app.sets().await, []);
    confirm(&app, &view, true).await.ok::<ImportView>();
    assert_eq!(app.sets().await.len(), 2);
    assert_eq!(app.set("B-7").await.name, "Quoted, name");
    // A line of JSON Lines says the same.
    let json = "{\"external_id\":\"J-1\",\"name\":\"Mail\",\"customer\":\"Contoso\",\"tenant\":\"contoso.com\",\"workloads\":\"exchange\"}\n{\"external_id\":\"J-2\",\"surprise\":\"x\"}\n";
    let kind = Some("application/x-ndjson");
    let view: ImportView = app.key().send(Method::POST, "/api/v1/imports", kind, json).await.ok();
    assert_eq!((view.new, view.bad, view.bad_lines[0].line), (1, 1, 2));
    // No list at all.
    for (kind, text, status, code) in [
        ("text/csv", "", 422, "file_invalid"),
        ("text/csv", "a,b\n1,2\n", 422, "file_invalid"),
        ("text/csv", "\u{0}\u{1}\u{2}", 422, "file_invalid"),
        ("text/html", HEADER, 415, "content_type"),
        ("text/csv; charset=latin1", HEADER, 415, "content_type"),
    ] {
        let answer = app.key().send(Method::POST, "/api/v1/imports", Some(kind), text).await;
        answer.refused(status, code);
    }
}

async fn confirming_twice_is_once_and_all_or_nothing(app: TestApp) {
    let view = preview(&app, &format!("{HEADER}C-1,Mail,Contoso,contoso.com,,exchange\n")).await;
    let answers = futures::future::join_all((0..4).map(|_| confirm(&app, &view, false))).await;
    for answer in answers {
        assert_eq!(answer.ok::<ImportView>().state, ImportState::Confirmed);
    }
    assert_eq!(app.sets().await.len(), 1);
    assert_eq!(app.dump().await["customers"].len(), 1);
    // Two previews that want the same new customer and set: the second compares anew.
    let text = format!("{HEADER}C-2,Mail,Fabrikam,fabrikam.com,,exchange\n");
    let (first, second) = (preview(&app, &text).await, preview(&app, &text).await);
    let (first, second) = tokio::join!(confirm(&app, &first, false), confirm(&app, &second, false));
    first.ok::<ImportView>();
    second.ok::<ImportView>();
    assert_eq!((app.sets().await.len(), app.dump().await["customers"].len()), (2, 2));
    // An id of another organization is no id.
    let other = app.with_key(&app.neighbour().await.key.secret);
    let path = format!("/api/v1/imports/{}/confirm", view.id);
    other.post(&path, &ConfirmImport::default()).await.refused(404, "not_found");
}

/// A hundred thousand lines: shown and stored, in a time that a person waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_lines_are_shown_and_stored() {
    use std::fmt::Write as _;
    let app = TestApp::start(Backend::Sqlite).await;
    let mut text = HEADER.to_owned();
    for number in 0..100_000 {
        let tenant = ["contoso.com", "fabrikam.com", "adatum.com"][number % 3];
        writeln!(text, "L-{number},Set {number},Customer of {tenant},{tenant},a{number}@{tenant},exchange").unwrap();
    }
    let begin = tokio::time::Instant::now();
    let view = preview(&app, &text).await;
    assert_eq!((view.lines, view.new, view.bad, view.customers.len()), (100_000, 100_000, 0, 3));
    let shown = begin.elapsed();
    // Others are served meanwhile.
    let client = app.key();
    let other = tokio::spawn(async move { client.get("/api/v1/overview").await.status });
    confirm(&app, &view, false).await.ok::<ImportView>();
    let stored = begin.elapsed();
    assert_eq!(other.await.unwrap(), 200);
    println!("100,000 lines, unoptimized: shown after {shown:?}, stored after {stored:?}");
    assert!(stored.as_secs() < 240, "{stored:?}");
    let counts: serde_json::Value = app.key().get("/api/v1/backup-sets/counts").await.ok();
    assert_eq!(counts["total"], 100_000);
}

/// H2: sixty customers' contacts come in one file: shown before, stored with it, one for each customer, audited.
async fn h2_contacts_come_with_a_list(app: TestApp) {
    let header = "external_id,name,customer,tenant,workloads,contact,contact_language\n";
    let first = format!(
        "{header}C-1,Mail,Contoso,contoso.com,exchange,,\nC-2,Post,Contoso,contoso.com,exchange,it@contoso.com,de\n"
    );
    let view = preview(&app, &first).await;
    assert_eq!((view.bad, view.contacts), (0, 1));
    assert_eq!(view.customers[0].contact.as_deref(), Some("it@contoso.com"));
    confirm(&app, &view, false).await.ok::<ImportView>();
    let contact = async || {
        let customer = app.customer("Contoso").await;
        (customer.contact, customer.contact_language)
    };
    assert_eq!(contact().await, (Some("it@contoso.com".to_owned()), Some(Language::De)));
    // A list that says nothing about it changes nothing; one that names somebody else says whom it replaces.
    let silent = preview(&app, &format!("{HEADER}C-3,Mail,Contoso,contoso.com,,exchange\n")).await;
    assert_eq!((silent.contacts, silent.customers[0].contact_changes()), (0, false));
    confirm(&app, &silent, false).await.ok::<ImportView>();
    assert_eq!(contact().await.0.as_deref(), Some("it@contoso.com"));
    let other = preview(&app, &format!("{header}C-1,Mail,Contoso,contoso.com,exchange,new@contoso.com,\n")).await;
    assert_eq!((other.contacts, other.unchanged), (1, 1));
    assert_eq!(other.customers[0].contact_before.as_deref(), Some("it@contoso.com"));
    confirm(&app, &other, false).await.ok::<ImportView>();
    assert_eq!(contact().await, (Some("new@contoso.com".to_owned()), Some(Language::De)));
    let events = app.dump().await["audit"].join("\n");
    assert_eq!(events.matches("set by import").count(), 2, "{events}");
    // Two contacts of one customer, no address, a language for nobody.
    let wrong = format!(
        "{header}C-1,Mail,Contoso,contoso.com,exchange,a@contoso.com,\n\
         C-2,Mail,Contoso,contoso.com,exchange,b@contoso.com,\n\
         C-3,Mail,Contoso,contoso.com,exchange,nobody,\n\
         C-4,Mail,Contoso,contoso.com,exchange,,fr\n"
    );
    let view = preview(&app, &wrong).await;
    let bad: Vec<_> = view.bad_lines.iter().map(|line| (line.line, line.field.as_deref())).collect();
    assert_eq!(bad, [(3, Some("contact")), (4, Some("contact")), (5, Some("contact_language"))]);
    assert!(view.bad_lines[0].reason.starts_with("Lines 2 and 3 name different contacts"), "{:?}", view.bad_lines);
}
