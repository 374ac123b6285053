//! How much mail an organization may have sent (H12): its invitations say it, so every node counts the same, whatever restarts.

use crate::{
    outbound::mail::MailLimits,
    services::ServiceError,
    state::AppState,
    store::{Scoped, StoreError},
};
use shared::time::Timestamp;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The code of an organization that has sent its share.
pub const OF_ORGANIZATION: &str = "mail_limit";
/// The code of a recipient who was written to often enough.
pub const OF_RECIPIENT: &str = "recipient_limit";

/// Refuses one more mail to a recipient where the organization, or the recipient, has had enough.
pub(super) async fn check(app: &AppState, tx: &Scoped, recipient: &str) -> Result<(), ServiceError> {
    let Some(MailLimits { per_hour, per_day, per_recipient }) = app.outgoing.mail.as_ref().map(|mail| mail.limits)
    else {
        return Ok(());
    };
    let now = app.now();
    let free = [free_at(tx, per_hour, HOUR, None, now).await?, free_at(tx, per_day, DAY, None, now).await?];
    if let Some(at) = free.into_iter().flatten().max() {
        let detail = format!(
            "Your organization has sent as many invitations by mail as it may: {per_hour} an hour, {per_day} a day. The next can go in {}. Links that you pass on yourself can be made at any time.",
            in_words(at.since(now))
        );
        return Err(refusal(OF_ORGANIZATION, detail, at, now));
    }
    if let Some(at) = free_at(tx, per_recipient, DAY, Some(recipient), now).await? {
        let detail = format!(
            "This address has been sent {per_recipient} invitations within a day, which is the most. The next can go in {}. A link that you pass on yourself can be made at any time.",
            in_words(at.since(now))
        );
        return Err(refusal(OF_RECIPIENT, detail, at, now));
    }
    Ok(())
}

/// When one more may be sent, if that is not now.
async fn free_at(
    tx: &Scoped,
    most: u32,
    window: i64,
    recipient: Option<&str>,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(before) = most.checked_sub(1) else { return Ok(Some(now.plus(window))) };
    // Once the oldest of so many is out of the window, there is room.
    let oldest = tx.find_mailed(now.plus(-window), recipient, u64::from(before)).await?;
    Ok(oldest.map(|at| at.plus(window)))
}

fn refusal(code: &'static str, detail: String, at: Timestamp, now: Timestamp) -> ServiceError {
    ServiceError::TooMany { code, detail, retry_after: at.since(now).max(1) }
}

fn in_words(seconds: i64) -> String {
    match seconds {
        ..=90 => "a minute".to_owned(),
        91..=5_400 => format!("{} minutes", (seconds + 59) / 60),
        _ => format!("{} hours", (seconds + 3_599) / 3_600),
    }
}
