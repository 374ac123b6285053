//! The mail to a customer's technical contact once something was connected: what, by whom, and the link to the customer's own
//! page, where it can be seen and removed.

use super::{
    ServiceError, customer_page,
    letters::{self, Composed, Letter},
};
use crate::{
    audit::Actor,
    outbound::mail::Letter as Envelope,
    state::AppState,
    store::{
        Scoped,
        authorizations::Authorization,
        customers::Customer,
        sign_ins::SignIn,
        work::{self, NewWork, Work, WorkKind},
    },
};
use shared::{
    api::authorizations::AuthorizationKind,
    id::{CustomerId, SignInId},
    language::Language,
    method::Method,
};

/// Plans the mail, in the transaction in which the access is stored. Nothing where nobody is to be told.
pub async fn plan(
    app: &AppState,
    tx: &Scoped,
    customer: &Customer,
    authorization: &Authorization,
    sign_in: SignInId,
) -> Result<(), ServiceError> {
    let tells = !matches!(authorization.kind, AuthorizationKind::Remove);
    if customer.contact.is_none() || app.outgoing.mail.is_none() || !tells {
        return Ok(());
    }
    let (organization, kind, due) = (tx.organization, WorkKind::Receipt, app.clock.now_millis());
    Ok(work::add(tx, NewWork { id: app.new_id(), kind, organization, subject: sign_in.0, due }).await?)
}

/// Sends it: one try. Each try makes a link of its own, because a secret is kept nowhere; those of tries that failed end.
pub async fn send(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let Ok(_place) = app.outgoing.places.try_acquire() else { return letters::wait_for_place(app, work).await };
    let tx = app.store.write(work.organization).await?;
    let sign_in = tx.find_sign_in(SignInId(work.subject)).await?;
    let found = match &sign_in {
        Some(sign_in) => tx.find_authorization_and_customer(sign_in.authorization).await?,
        None => None,
    };
    let (Some(sign_in), Some((authorization, customer)), Some(mail)) = (sign_in, found, &app.outgoing.mail) else {
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    };
    let Some(contact) = customer.contact.clone() else {
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    };
    let (link, secret, _) = customer_page::add(app, &tx, &Actor::Rekey, customer.id).await?;
    let url = customer_page::url(app, &secret);
    let composed = letter(app, &tx, &authorization, &customer, &sign_in, &url).await?;
    // Before it goes: whoever reads the mail at once finds the page.
    tx.commit().await?;
    let envelope = Envelope {
        to: &contact,
        subject: &composed.subject,
        text: composed.text,
        html: Some(composed.html),
        id: link.to_string(),
        now: app.now(),
    };
    let sent = mail.send(envelope).await;
    let wait = letters::wait_after(work.attempts);
    let tx = app.store.write(work.organization).await?;
    let held = match (&sent, wait) {
        (Err(error), Some(seconds)) if !error.is_final() => {
            let due = app.clock.now_millis() + seconds * 1000;
            work::postpone(&tx, &work, due, work.attempts + 1).await?
        }
        _ => work::finish(&tx, &work).await?,
    };
    let event = if sent.is_ok() { "receipt.sent" } else { "receipt.failed" };
    if sent.is_err() {
        tx.revoke_customer_link(link, app.now()).await?;
    }
    note(app, &tx, event, customer.id).await?;
    if held {
        tx.commit().await?;
    }
    Ok(())
}

async fn note(app: &AppState, tx: &Scoped, event: &'static str, customer: CustomerId) -> Result<(), ServiceError> {
    let subject = format!("customer:{customer}");
    Ok(app.audit().record(tx, event, &Actor::Rekey, subject, String::new()).await?)
}

async fn letter(
    app: &AppState,
    tx: &Scoped,
    authorization: &Authorization,
    customer: &Customer,
    sign_in: &SignIn,
    url: &str,
) -> Result<Composed, ServiceError> {
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let count = tx.list_sign_in_sets(&[sign_in.id]).await?.len().to_string();
    let values = vec![
        ("organization", organization.name.as_str()),
        ("customer", customer.name.as_str()),
        ("person", sign_in.signed_in_as.as_deref().unwrap_or(sign_in.account.as_str())),
        ("account", sign_in.account.as_str()),
        ("brand", app.settings.brand.as_str()),
        ("count", count.as_str()),
    ];
    let language = customer.contact_language.as_deref().and_then(Language::parse).unwrap_or_default();
    let lede = if authorization.method == Method::Modern { "receipt_lede_modern" } else { "receipt_lede_hybrid" };
    let letter = Letter::new(language, values).paragraph(lede).paragraph("receipt_sets").paragraph("receipt_page");
    Ok(letter.compose("receipt_subject", "receipt_button", url, "receipt_wrong"))
}
