//! Invitations for everybody in a wave who waits for one: the same as for one sign-in (`invitations`), one after the other.

use super::{ServiceError, check_begin};
use crate::{
    audit::Actor,
    outbound::mail,
    services::{
        backup_sets::customer_ref,
        invitations::{self, quota},
    },
    state::AppState,
    store::{Scope, customers::Customer},
};
use shared::{
    api::{
        invitations::CreateInvitation,
        waves::{InviteWave, WaveInvitation, WaveInvitations},
    },
    id::{AuthorizationId, CustomerId, WaveId},
    language::Language,
    method::Method,
};
use std::collections::HashMap;

/// The most invitations of one answer.
const AT_A_TIME: u64 = 200;

/// Makes an invitation for each person of the wave who waits and has no link that works; sends them when asked to. When the
/// organization has sent as many as it may, the others go on waiting, and the answer says until when.
pub async fn invite(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: WaveId,
    request: &InviteWave,
) -> Result<WaveInvitations, ServiceError> {
    if request.send {
        // Before the first is made: a link that is made is shown this once.
        invitations::check_mail(app)?;
    }
    let tx = app.store.read(scope).await?;
    tx.find_wave(id).await?.ok_or(ServiceError::NotFound)?;
    let mut waiting = tx.list_unlinked(id, app.now(), AT_A_TIME + 1).await?;
    let more = waiting.len() as u64 > AT_A_TIME;
    waiting.truncate(usize::try_from(AT_A_TIME).unwrap_or(usize::MAX));
    let mut ids: Vec<AuthorizationId> = waiting.iter().map(|one| one.authorization).collect();
    ids.dedup();
    let found = tx.find_authorizations(&ids).await?;
    if let Some(first) = found.first() {
        check_begin(app, &tx, first).await?;
    }
    let customers: Vec<CustomerId> = found.iter().map(|one| one.customer).collect();
    let customers: HashMap<_, _> = tx.find_customers(&customers).await?.into_iter().map(|one| (one.id, one)).collect();
    let found: HashMap<_, _> = found.into_iter().map(|one| (one.id, one)).collect();
    drop(tx);
    let mut made = Vec::with_capacity(waiting.len());
    let mut mail_after = None;
    for sign_in in waiting {
        let Some(authorization) = found.get(&sign_in.authorization) else { continue };
        let Some(customer) = customers.get(&authorization.customer) else { continue };
        let (send_to, language) = if request.send {
            recipient(customer, authorization.method, &sign_in.account)
        } else {
            (None, Language::default())
        };
        let wanted = CreateInvitation { sign_in: Some(sign_in.id), hours: request.hours, send_to, language };
        let mut created = invitations::create(app, scope, actor, authorization.id, &wanted).await;
        if matches!(&created, Err(ServiceError::TooMany { code: quota::OF_RECIPIENT, .. })) {
            // One person for many customers: the rest of their links is passed on.
            let by_hand = CreateInvitation { send_to: None, ..wanted };
            created = invitations::create(app, scope, actor, authorization.id, &by_hand).await;
        }
        let invitation = match created {
            Ok(made) => made,
            Err(ServiceError::TooMany { code: quota::OF_ORGANIZATION, retry_after, .. }) => {
                mail_after = Some(app.now().plus(retry_after));
                break;
            }
            // Finished or called off in this moment.
            Err(ServiceError::Conflict { code: "not_open" | "sign_in_over", .. }) => continue,
            Err(error) => return Err(error),
        };
        made.push(WaveInvitation {
            customer: customer_ref(customer),
            authorization: authorization.id,
            account: sign_in.account,
            sent_to: invitation.invitation.recipient,
            url: invitation.url,
            expires_at: invitation.invitation.expires_at,
        });
    }
    Ok(WaveInvitations { invitations: made, more: more || mail_after.is_some(), mail_after })
}

/// The holder of the account, or for an administrator the customer's technical contact. `None`: nobody's address is known, or
/// the account's name is none.
fn recipient(customer: &Customer, method: Method, account: &str) -> (Option<String>, Language) {
    let language = customer.contact_language.as_deref().and_then(Language::parse).unwrap_or_default();
    let to = if method == Method::Modern { customer.contact.clone() } else { Some(account.to_owned()) };
    (to.filter(|address| mail::is_address(address)), language)
}
