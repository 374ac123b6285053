use super::*;
use shared::id::CertificateId;
use uuid::Uuid;

fn certificate(days: i64) -> Certificate {
    Certificate {
        id: CertificateId(Uuid::nil()),
        app: ConnectionId(Uuid::nil()),
        state: CertificateState::Current,
        thumbprint: String::new(),
        der: Vec::new(),
        private_key: None,
        key_id: None,
        not_before: Timestamp(0),
        not_after: Timestamp(days * DAY),
        shortened: None,
        created_at: Timestamp(0),
        proved_at: None,
        renew_at: None,
        remove_at: None,
        removed_at: None,
    }
}

#[test]
fn e8_it_is_due_with_sixty_days_left_or_a_third_of_a_short_life() {
    for (days, left) in [(730, 60), (365, 60), (180, 60), (90, 30), (30, 10)] {
        assert_eq!(renew_at(&certificate(days)), Timestamp((days - left) * DAY), "{days}");
    }
}
