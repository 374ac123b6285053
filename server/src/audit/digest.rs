//! The chain without a key: SHA-256 over what the sealed batches hold, for whoever has an export and no master key (J2).
//!
//! Each part is written as its length (eight bytes, big-endian) and its bytes; ids in hyphenated lower case, numbers in
//! decimal. `docs/audit-export.md` says the same for people who write a verifier of their own.

use super::AuditRow;
use aws_lc_rs::digest::{Context, SHA256};
use shared::{id::OrganizationId, time::Timestamp};

/// What the digest of a row begins with.
const ROW: &str = "rekey-audit-row-1";
/// What the digest of a batch begins with.
const BATCH: &str = "rekey-audit-batch-1";

fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// The digest of a row.
pub fn of_row(row: &AuditRow) -> Vec<u8> {
    let id = row.id.hyphenated().to_string();
    let (sequence, at) = (row.sequence.unwrap_or(0).to_string(), row.at.0.to_string());
    digest([ROW, &id, &sequence, &at, &row.event, &row.actor, &row.subject, &row.detail].map(str::as_bytes))
}

/// The digests of rows, in order.
pub fn of_rows(rows: &[AuditRow]) -> Vec<Vec<u8>> {
    rows.iter().map(of_row).collect()
}

/// The digest of a batch: covers the one before (none: empty) and each row's.
pub fn of_batch(
    organization: OrganizationId,
    previous: &[u8],
    batch: i64,
    sealed_at: Timestamp,
    rows: &[Vec<u8>],
) -> Vec<u8> {
    let organization = organization.to_string();
    let (batch, sealed_at) = (batch.to_string(), sealed_at.0.to_string());
    let parts = [BATCH.as_bytes(), organization.as_bytes(), previous, batch.as_bytes(), sealed_at.as_bytes()];
    digest(parts.into_iter().chain(rows.iter().map(Vec::as_slice)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn row() -> AuditRow {
        AuditRow {
            id: Uuid::from_u128(0x0190_a0b1_2c3d_7e4f_8a9b_0c1d_2e3f_4a5b),
            sequence: Some(1),
            at: Timestamp(1_795_262_400),
            event: "customer.created".to_owned(),
            actor: "operator".to_owned(),
            subject: "customer:1".to_owned(),
            detail: String::new(),
        }
    }

    /// Made with another implementation (Python's hashlib).
    #[test]
    fn j2_digests_are_those_of_the_document() {
        let hex = super::super::hex;
        assert_eq!(hex(&of_row(&row())), "7c07ae477cb241bce85aa5715d97aa629594c8d74c59c490c9c1332f3f328416");
        let organization = OrganizationId(Uuid::from_u128(7));
        let batch = of_batch(organization, &[], 1, Timestamp(1_795_262_401), &[of_row(&row())]);
        assert_eq!(hex(&batch), "435f556b8d70fa0e0f7034f1a0f70f47e069c823c6f1bc879f160bb9531ed749");
    }

    #[test]
    fn the_same_text_over_the_border_of_two_fields_is_another_row() {
        let moved = AuditRow { subject: "customer:".to_owned(), detail: "1".to_owned(), ..row() };
        assert_ne!(of_row(&moved), of_row(&row()));
    }
}
