//! The certificate desk: every expiry of the fleet, as a picture and as a table (E13).

mod ahead;
mod table;

pub use ahead::Ahead;
pub use table::ExpiryTable;

use shared::api::notices::ExpiryView;
use shared::time::Timestamp;

const DAY: i64 = 86_400;
/// A renewal that is so late does not come by itself, in seconds.
const OVERDUE: i64 = 3 * DAY;

/// How pressing an expiry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The app renews its certificate by itself.
    Nobody,
    /// An administrator must sign in, some time.
    Administrator,
    /// Within 30 days, or too late.
    Soon,
}

/// Who has to do something about it.
pub fn need(expiry: &ExpiryView, now: Timestamp) -> Need {
    let days = expiry.not_after.since(now).div_euclid(DAY);
    // The app renews within hours; days later it has not managed to, and that is somebody's matter.
    let renews = expiry.renew_at.filter(|due| now.since(*due) < OVERDUE);
    match (days, renews) {
        (..0, _) | (0..30, None) => Need::Soon,
        (_, None) => Need::Administrator,
        (_, Some(_)) => Need::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::api::backup_sets::CustomerRef;
    use shared::id::TenantId;

    /// An expiry after so many days.
    pub fn expiry(days: i64, renews: bool) -> ExpiryView {
        let id = "0190a0b1-2c3d-7e4f-8a9b-000000000001";
        ExpiryView {
            certificate: id.parse().unwrap(),
            app: id.parse().unwrap(),
            app_name: "Rekey Backup".into(),
            customer: CustomerRef {
                id: id.parse().unwrap(),
                name: "Contoso".into(),
                domain: None,
                tenant: TenantId(id.parse().unwrap()),
            },
            not_after: Timestamp(days * DAY),
            renew_at: renews.then_some(Timestamp(((days - 60) * DAY).max(0))),
            shortened: None,
        }
    }

    #[test]
    fn e13_what_nobody_renews_is_pressing_within_thirty_days() {
        let at = |days, renews| need(&expiry(days, renews), Timestamp(0));
        assert_eq!((at(29, false), at(30, false), at(29, true)), (Need::Soon, Need::Administrator, Need::Nobody));
        assert_eq!(at(-1, true), Need::Soon);
        // E12: it should have renewed itself and has not.
        let late = |left: i64| {
            let mut late = expiry(left, true);
            late.renew_at = Some(Timestamp(0));
            need(&late, Timestamp(4 * DAY))
        };
        assert_eq!((late(20), late(60)), (Need::Soon, Need::Administrator));
    }
}
