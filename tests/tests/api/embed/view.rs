//! What the frame is told: each state, and what can and cannot change (E7, I11).

use rekey_tests::{
    app::{
        TestApp,
        dump::assert_same,
        embed::{CONSOLE, ticket_of},
    },
    app_on_both,
};
use serde_json::{Value, json};
use shared::{
    api::{
        authorizations::SignInState,
        connect::ConnectView,
        customers::CustomerView,
        embed::{EmbedSessionCreated, EmbedState, EmbedView, PopupState},
        page::Page,
    },
    method::Method,
    rules::who::Signer,
    workload::Workload,
};

app_on_both! {
    an_unconfirmed_tenant_starts_nothing,
    sets_that_cannot_take_part_say_why,
    ready_names_who_signs_in_and_what_changes,
    a_refused_sign_in_shows_its_remedy,
    asking_changes_nothing,
}

async fn cannot_begin(app: &TestApp, session: &EmbedSessionCreated, code: &str) {
    let before = app.dump().await;
    let body = json!({ "ticket": ticket_of(&app.window_secret()) });
    app.frame(&session.secret).post("/api/v1/embed/popups", &body).await.refused(409, code);
    assert_same(&before, &app.dump().await);
}

async fn an_unconfirmed_tenant_starts_nothing(app: TestApp) {
    app.register_origin(CONSOLE).await;
    let body = json!({ "sets": [{
        "external_id": "U-1", "name": "Mail", "customer": "Contoso", "tenant": "contoso.com",
        "account": "backup@contoso.com", "workloads": ["exchange"], "client_version": "9.1.0.0",
    }] });
    app.key().put("/api/v1/backup-sets", &body).await.ok::<Value>();
    let found: Page<CustomerView> = app.key().get("/api/v1/customers").await.ok();
    let (customer, tenant) = (found.items[0].id, found.items[0].tenant);
    let session = app.embed_session(&json!({ "customer": customer })).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!((view.state, view.waiting.len(), view.moved), (EmbedState::Unconfirmed, 1, 0));
    cannot_begin(&app, &session, "tenant_unconfirmed").await;
    let mut live = app.frame(&session.secret).live("/api/v1/embed/live").await;
    assert_eq!(live.next::<EmbedView>().await, Some(view));
    let path = format!("/api/v1/customers/{customer}/confirm-tenant");
    app.key().post(&path, &json!({ "tenant": tenant })).await.ok::<Value>();
    // Whoever looks already learns of it, though nothing of the session has changed.
    let ready = live.until(|view: &EmbedView| view.state == EmbedState::Ready).await;
    assert_eq!(app.embed_view(&session.secret).await, ready);
    app.announce(&session.secret).await;
}

async fn sets_that_cannot_take_part_say_why(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-015", "CON-016"]).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!((view.state, view.moved, view.sign_ins.len()), (EmbedState::Nothing, 0, 0));
    assert_eq!((view.waiting.len(), view.refused.len()), (0, 2), "{view:?}");
    assert!(view.workloads.is_empty(), "{:?}", view.workloads);
    for refused in &view.refused {
        assert!(refused.text.len() > 10 && refused.instead.as_ref().is_some_and(|text| text.len() > 5), "{refused:?}");
    }
    cannot_begin(&app, &session, "nothing_to_authorize").await;
    // All of a customer's: those that can, and those that cannot.
    let customer = app.customer("Contoso Ltd").await.id;
    let session = app.embed_session(&json!({ "customer": customer })).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!((view.state, view.waiting.len(), view.refused.len()), (EmbedState::Ready, 14, 3), "{view:?}");
    app.announce(&session.secret).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!((view.state, view.waiting.len(), view.sign_ins.len()), (EmbedState::Open, 14, 2));
    // What has the method already is done from the start.
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let session = app.embed_sets(&["CON-001"]).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!((view.state, view.waiting.len(), view.moved), (EmbedState::Done, 0, 1));
    cannot_begin(&app, &session, "nothing_to_authorize").await;
    let session = app.embed_sets(&["CON-001", "CON-015"]).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!((view.state, view.waiting.len(), view.moved), (EmbedState::Done, 0, 1), "{view:?}");
}

async fn ready_names_who_signs_in_and_what_changes(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-009", "CON-001", "CON-005"]).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!((view.state, view.method, view.authorization), (EmbedState::Ready, Method::Hybrid, None));
    assert_eq!((view.brand.as_str(), view.tenant), ("Rekey", app.identity("backup@contoso.com").0));
    let accounts: Vec<_> = view.sign_ins.iter().map(|one| (one.account.as_str(), one.id, one.state)).collect();
    let waiting = SignInState::Waiting;
    assert_eq!(accounts, [("backup@contoso.com", None, waiting), ("priya.shah@contoso.com", None, waiting)]);
    let names: Vec<_> = view.waiting.iter().map(|set| set.name.as_str()).collect();
    assert_eq!(names, ["Exchange – Backup mailbox", "Exchange – Priya Shah", "OneDrive – Finance"]);
    assert!(view.waiting.iter().all(|set| set.method == Method::Basic));
    let data = [Workload::Exchange, Workload::Calendar, Workload::Contacts, Workload::Onedrive];
    assert_eq!(view.workloads, data);
    app.announce(&session.secret).await;
    let open = app.embed_view(&session.secret).await;
    assert_eq!((open.state, open.popup), (EmbedState::Open, Some(PopupState::Announced)));
    assert!(open.version > view.version && open.sign_ins.iter().all(|one| one.id.is_some()));
    assert_eq!((open.waiting, open.moved), (view.waiting, 0));

    let sets = app.ids(&["CON-015", "CON-001"]).await;
    let session = app.embed_session(&json!({ "backup_sets": sets, "method": "modern" })).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!((view.state, view.method, view.sign_ins.len()), (EmbedState::Ready, Method::Modern, 1));
    assert_eq!((view.sign_ins[0].signer, view.refused.len()), (Signer::Administrator, 0));
}

async fn a_refused_sign_in_shows_its_remedy(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    // Fabrikam's administrator has approved nothing yet.
    let session = app.embed_sets(&["FAB-001", "FAB-003"]).await;
    let link = app.tied(&session.secret).await;
    let sign_in = app.embed_view(&session.secret).await.sign_ins[0].id.unwrap();
    let attempt = app.attempt(&link, sign_in).await;
    let tokens = app.person("backup@fabrikam.com").sign_in(&attempt).await;
    let saved = app.save(&attempt.secret, &tokens).await;
    let view = app.embed_view(&session.secret).await;
    assert_eq!(view.state, EmbedState::Stopped, "{}", saved.text());
    let problem = view.sign_ins[0].problem.as_ref().expect("a remedy");
    assert!(problem.text.len() > 10, "{problem:?}");
    assert_eq!((view.moved, view.waiting.len()), (0, 2));
    let shown: ConnectView = app.view(&link).await;
    assert_eq!(shown.sign_in.state, view.sign_ins[0].state);
}

async fn asking_changes_nothing(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-001", "CON-015"]).await;
    app.embed_view(&session.secret).await;
    app.emulator.clear_requests();
    let before = app.dump().await;
    for _ in 0..3 {
        let view = app.embed_view(&session.secret).await;
        let mut live = app.frame(&session.secret).live("/api/v1/embed/live").await;
        assert_eq!(live.next::<EmbedView>().await, Some(view));
        app.anonymous().get(&format!("/embed/{}", app.organization)).await;
        app.anonymous().get("/connect/embed").await;
    }
    assert_same(&before, &app.dump().await);
    assert_eq!(app.emulator.requests(), [], "Microsoft is not asked anything");
}
