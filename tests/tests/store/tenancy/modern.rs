//! The rows of modern, for the same proofs.

use rekey_tests::{clock::START, databases::next_id};
use server::{
    seal::Sealed,
    store::{
        Scoped,
        api_keys::ApiKey,
        apps::App,
        backup_sets::BackupSet,
        certificates::Certificate,
        channels::Channel,
        customers::Customer,
        events::{Delivery, Event},
        journals::{Journal, JournalKind, JournalState, JournalStep},
        notices::Notice,
        restores::Restore,
        sealed::SealedKind,
        sign_ins::SignIn,
        token_counts::{KeyBreadth, TokenCount},
    },
};
use shared::{
    api::{
        apps::{AppState, CertificateState, Way},
        channels::{ChannelKind, EventType},
        notices::NoticeKind,
    },
    id::{CertificateId, ConnectionId, JournalId, ObjectId, RestoreId},
    rules::{manifest::Resource, scopes::Purpose},
};

/// A row in every table of modern.
#[derive(Clone)]
pub struct Modern {
    app: App,
    certificate: Certificate,
    journal: Journal,
    step: JournalStep,
    restore: Restore,
    notice: Notice,
    channel: Channel,
    delivery: Delivery,
    key: ApiKey,
    set: BackupSet,
}

impl Modern {
    /// The same with the set as it is by now.
    pub fn with_set(&self, set: BackupSet) -> Self {
        Self { set, ..self.clone() }
    }
}

/// A working app for backups.
pub fn app(customer: &Customer) -> App {
    App {
        id: ConnectionId(next_id()),
        customer: customer.id,
        tenant: customer.tenant,
        purpose: Purpose::Backup,
        way: Way::SetUp,
        state: AppState::Working,
        display_name: "Rekey Backup".to_owned(),
        unique_name: "rekey-00000000000000000000000000000007".to_owned(),
        client_id: None,
        object: None,
        principal: None,
        workloads: [shared::workload::Workload::Exchange].into(),
        sharepoint_host: None,
        roles: vec!["graph:Mail.Read".to_owned()],
        set_up_at: Some(START),
        checked_at: None,
        failed_at: None,
        first_token_at: None,
        removed_at: None,
        help: None,
        left: vec!["something".to_owned()],
        created_at: START,
        version: 1,
    }
}

/// Its certificate, in use.
pub fn certificate(app: &App) -> Certificate {
    Certificate {
        id: CertificateId(next_id()),
        app: app.id,
        state: CertificateState::Current,
        thumbprint: "thumbprint".to_owned(),
        der: vec![48, 0],
        private_key: Some(Sealed(vec![1])),
        key_id: None,
        not_before: START,
        not_after: START.plus(86_400),
        shortened: None,
        created_at: START,
        proved_at: None,
        renew_at: None,
        remove_at: None,
        removed_at: None,
    }
}

/// A notice about an app.
pub fn notice(app: &App) -> Notice {
    Notice {
        id: next_id(),
        kind: NoticeKind::Drift,
        customer: Some(app.customer),
        subject: app.id.0,
        stage: 0,
        title: "Permissions differ".to_owned(),
        text: "Look.".to_owned(),
        created_at: START,
        resolved_at: None,
    }
}

/// A webhook that hears of a customer.
pub fn channel(customer: &Customer) -> Channel {
    Channel {
        id: next_id(),
        kind: ChannelKind::Webhook,
        address: "https://hooks.example.com/".to_owned(),
        secret: Some(Sealed(vec![1])),
        secret_version: 1,
        previous: Some((Sealed(vec![1]), START)),
        events: None,
        customers: Some(vec![customer.id]),
        failing_since: None,
        created_at: START,
        created_by: "Ann".to_owned(),
        removed_at: None,
    }
}

/// The event that tells of a notice.
pub fn event(notice: &Notice) -> Event {
    Event {
        id: next_id(),
        kind: EventType::Drift,
        customer: notice.customer,
        notice: Some(notice.id),
        title: notice.title.clone(),
        text: notice.text.clone(),
        data: "{}".to_owned(),
        created_at: START,
    }
}

/// Adds them.
pub async fn fill(tx: &Scoped, customer: &Customer, sign_in: &SignIn, set: &BackupSet, key: &ApiKey) -> Modern {
    let app = app(customer);
    let certificate = certificate(&app);
    let journal = Journal {
        id: JournalId(next_id()),
        customer: customer.id,
        tenant: customer.tenant,
        authorization: sign_in.authorization,
        sign_in: sign_in.id,
        kind: JournalKind::SetUp,
        state: JournalState::Running,
        administrator: ObjectId(next_id()),
        created_at: START,
        ended_at: None,
    };
    let step = JournalStep {
        position: 0,
        code: "application".to_owned(),
        state: "intended".to_owned(),
        object: None,
        intended_at: START,
        ended_at: None,
    };
    let restore = Restore {
        id: RestoreId(next_id()),
        customer: customer.id,
        reason: "a lost folder".to_owned(),
        approved_by: "Ann".to_owned(),
        opened_at: START,
        ends_at: START.plus(3600),
        closed_at: None,
    };
    let notice = notice(&app);
    let channel = channel(customer);
    let event = event(&notice);
    let delivery = Delivery { created_at: START, ..Delivery::new(next_id(), channel.id, event.id, 0) };
    let (connection, api_key) = (app.id, key.id);
    let count =
        TokenCount { minute: 1, connection, api_key, resource: Resource::Graph, purpose: Purpose::Backup, count: 1 };
    tx.add_app(&app).await.unwrap();
    tx.add_certificate(&certificate).await.unwrap();
    tx.add_journal(&journal).await.unwrap();
    tx.add_journal_step(journal.id, &step).await.unwrap();
    tx.add_restore(&restore).await.unwrap();
    assert!(tx.add_notice(&notice).await.unwrap());
    tx.add_channel(&channel).await.unwrap();
    tx.add_events(std::slice::from_ref(&event)).await.unwrap();
    tx.add_deliveries(std::slice::from_ref(&delivery)).await.unwrap();
    tx.add_token_counts(&[count]).await.unwrap();
    tx.add_key_breadth(&[KeyBreadth { api_key, hour: 1, sets: 3 }]).await.unwrap();
    let (key, set) = (key.clone(), set.clone());
    Modern { app, certificate, journal, step, restore, notice, channel, delivery, key, set }
}

/// Names of the functions that found something.
pub async fn seen(tx: &Scoped, rows: &Modern) -> Vec<&'static str> {
    let (app, tenant) = (rows.app.id, rows.app.tenant);
    let found = [
        ("find_app", tx.find_app(app).await.unwrap().is_some()),
        ("find_apps", !tx.find_apps(&[app]).await.unwrap().is_empty()),
        ("find_app_of", tx.find_app_of(tenant, Purpose::Backup).await.unwrap().is_some()),
        ("list_apps", !tx.list_apps(None).await.unwrap().is_empty()),
        ("find_certificate", tx.find_certificate(rows.certificate.id).await.unwrap().is_some()),
        ("list_certificates", !tx.list_certificates(&[app]).await.unwrap().is_empty()),
        ("find_current_certificate", tx.find_current_certificate(app).await.unwrap().is_some()),
        ("find_journal", tx.find_journal(rows.journal.id).await.unwrap().is_some()),
        ("find_running_journal", tx.find_running_journal(tenant).await.unwrap().is_some()),
        ("list_journals", !tx.list_journals(tenant, 10).await.unwrap().is_empty()),
        ("list_journal_steps", !tx.list_journal_steps(rows.journal.id).await.unwrap().is_empty()),
        ("find_restore", tx.find_restore(rows.restore.id).await.unwrap().is_some()),
        ("find_open_restore", tx.find_open_restore(rows.restore.customer, START).await.unwrap().is_some()),
        ("list_restores", !tx.list_restores(10).await.unwrap().is_empty()),
        ("find_notice", tx.find_notice(rows.notice.id).await.unwrap().is_some()),
        ("list_notices", !tx.list_notices(true, None, 10).await.unwrap().is_empty()),
        ("find_channel", tx.find_channel(rows.channel.id).await.unwrap().is_some()),
        ("list_channels", !tx.list_channels().await.unwrap().is_empty()),
        ("find_delivery", tx.find_delivery(rows.delivery.id).await.unwrap().is_some()),
        ("find_due_delivery", tx.find_due_delivery(rows.channel.id, 0).await.unwrap().is_some()),
        ("list_deliveries", !tx.list_deliveries(rows.channel.id, None, None, 10).await.unwrap().is_empty()),
        ("find_events", !tx.find_events(&[rows.delivery.event]).await.unwrap().is_empty()),
        ("list_token_counts", !tx.list_token_counts(0, 10).await.unwrap().is_empty()),
        ("find_key_breadth", tx.find_key_breadth(rows.key.id, 2).await.unwrap() != 0),
        ("list_sealed", !tx.list_sealed(SealedKind::CertificateKey, None, 10).await.unwrap().is_empty()),
    ];
    found.iter().filter(|(_, found)| *found).map(|(name, _)| *name).collect()
}

/// Names of the functions that changed something.
pub async fn changed(tx: &Scoped, rows: &Modern) -> Vec<&'static str> {
    let (old, new) = (Sealed(vec![1]), Sealed(vec![2]));
    let certificate = rows.certificate.id.0;
    let done = [
        ("update_app_first_token", tx.update_app_first_token(rows.app.id, START).await.unwrap()),
        ("update_app", tx.update_app(&rows.app, 2).await.unwrap()),
        ("replace_sealed", tx.replace_sealed(SealedKind::CertificateKey, certificate, &old, &new).await.unwrap()),
        ("update_certificate", tx.update_certificate(&rows.certificate, CertificateState::Current).await.unwrap()),
        ("end_journal_step", tx.end_journal_step(rows.journal.id, &rows.step).await.unwrap()),
        ("end_journal", tx.end_journal(rows.journal.id, JournalState::Done, START).await.unwrap()),
        ("close_restore", tx.close_restore(rows.restore.id, "Eve", START).await.unwrap()),
        ("update_delivery", tx.update_delivery(&rows.delivery, 0).await.unwrap()),
        ("update_channel_choice", tx.update_channel_choice(&rows.channel).await.unwrap()),
        ("update_channel_failing", tx.update_channel_failing(rows.channel.id, Some(START)).await.unwrap()),
        ("lease_channel", tx.lease_channel(rows.channel.id, 0, 1).await.unwrap().is_some()),
        ("update_channel_secret", tx.update_channel_secret(&rows.channel, 1).await.unwrap()),
        ("forget_previous_secrets", tx.forget_previous_secrets(START).await.unwrap() != 0),
        ("resolve_notice", tx.resolve_notice(rows.notice.id, START).await.unwrap()),
        ("remove_channel", tx.remove_channel(rows.channel.id, START).await.unwrap()),
        ("revert_to_basic", tx.revert_to_basic(&rows.set, START).await.unwrap()),
    ];
    done.iter().filter(|(_, done)| *done).map(|(name, _)| *name).collect()
}
