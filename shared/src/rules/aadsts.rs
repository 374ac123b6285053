//! What to say and do about an AADSTS number of Microsoft's (B3, J3).
//!
//! The texts are in `data/aadsts.json`. A number picks a text and decides nothing: Microsoft says that numbers may
//! change, so flows branch on `error` and `suberror` (see [`crate::oauth::provider_error`]). Always shown beside the text:
//! the number, correlation id, trace id and time, to copy. To add one: an entry in the file, its number in the test.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The same person signs in again.
    SignInAgain,
    /// Another account signs in.
    OtherAccount,
    /// An administrator of the tenant has to do something.
    AskAdministrator,
    /// Whoever runs this installation has to correct something.
    ContactSupport,
    /// Waiting is enough.
    Wait,
    /// Trying again is enough; for passing disturbances it happens by itself.
    Retry,
    /// A device that the company manages.
    ChangeDevice,
    /// Another network.
    ChangeNetwork,
    /// Sign in again and complete or set up the second factor.
    CompleteMfa,
    /// A new password, on Microsoft's page.
    ChangePassword,
    /// The sign-in from its beginning.
    StartAgain,
    /// Another method for the set.
    ChooseMethod,
    /// Other data in the set, or a licence for them.
    ChangeSet,
    /// The right tenant, or the right cloud.
    CheckTenant,
    /// A new certificate.
    RenewCertificate,
}

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The person who signs in.
    Signer,
    /// An administrator of the tenant.
    Administrator,
    /// Whoever runs this installation.
    Support,
    /// Nobody: it passes, or is tried again by itself.
    Nobody,
}

/// The help for one or several numbers that mean the same to a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Help {
    /// The numbers; none for the general help.
    pub codes: Vec<u32>,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub help: String,
    /// What helps.
    pub action: Action,
    /// Who has to act.
    pub who: Who,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manual {
    as_of: String,
    general: Help,
    helps: Vec<Help>,
}

/// Bare only if the embedded file is broken, which the tests below rule out.
static MANUAL: LazyLock<Manual> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/aadsts.json")).unwrap_or_else(|_| bare()));

fn bare() -> Manual {
    let general = Help {
        codes: Vec::new(),
        title: "Microsoft stopped this sign-in".to_owned(),
        help: "Nothing was stored. Try again.".to_owned(),
        action: Action::Retry,
        who: Who::Signer,
    };
    Manual { as_of: String::new(), general, helps: Vec::new() }
}

/// The help for a number; a general one where the number is unknown or absent (0).
pub fn help_for(code: u32) -> &'static Help {
    MANUAL.helps.iter().find(|help| help.codes.contains(&code)).unwrap_or(&MANUAL.general)
}

/// The day on which the texts were last checked against Microsoft's documentation.
pub fn as_of() -> &'static str {
    &MANUAL.as_of
}

#[cfg(test)]
#[expect(clippy::unreadable_literal, reason = "Microsoft writes these numbers without separators")]
mod tests {
    use super::*;

    /// Every number of the reference's table, row by row.
    const TABLE: &[&[u32]] = &[
        &[16000],
        &[50001, 500011],
        &[50011],
        &[50013, 500131, 500133],
        &[50020, 51004, 50034],
        &[500021, 500022],
        &[500208, 50059],
        &[50053],
        &[50055, 50144],
        &[50057],
        &[50058],
        &[50072, 50079],
        &[50074, 50076, 50078],
        &[50089, 70008, 700082],
        &[50097, 53000, 53001, 50129],
        &[50105],
        &[50126],
        &[50132, 50133, 50173],
        &[50158],
        &[50177],
        &[50194],
        &[50196],
        &[53003, 530032, 53002],
        &[530034, 53011],
        &[530035],
        &[54005],
        &[501481, 50147, 501491],
        &[65001],
        &[65004],
        &[65005, 650056, 650057],
        &[650051],
        &[650052],
        &[650054],
        &[70011, 28002],
        &[70043],
        &[700016, 700011, 70001],
        &[7000112, 1000031],
        &[700024, 700027, 1000502],
        &[7000215, 7000222],
        &[7000218, 700025],
        &[700054],
        &[700084],
        &[70016, 70018, 70019],
        &[9002325, 9002326, 9002327],
        &[9002313, 900144, 90014],
        &[90002, 90038, 900023],
        &[90009],
        &[90015],
        &[90072],
        &[90094, 90095],
        &[90099],
        &[900561],
        &[90033, 90006, 50033, 90024, 90012],
        &[90055],
    ];

    #[test]
    fn j3_every_number_of_the_table_has_its_help() {
        for code in TABLE.iter().copied().flatten() {
            assert!(help_for(*code).codes.contains(code), "AADSTS{code}");
        }
        let listed = MANUAL.helps.iter().map(|help| help.codes.len()).sum::<usize>();
        assert_eq!(listed, TABLE.iter().map(|row| row.len()).sum::<usize>(), "no number twice, none beside the table");
    }

    #[test]
    fn numbers_nobody_listed_get_the_general_help() {
        for code in [0, 1, 99_999_999] {
            assert_eq!(help_for(code), &MANUAL.general);
            assert!(help_for(code).codes.is_empty());
        }
    }

    #[test]
    fn b3_a_person_reads_what_happened_and_what_to_do() {
        assert_eq!(as_of().len(), "2026-11-21".len());
        for help in MANUAL.helps.iter().chain([&MANUAL.general, &bare().general]) {
            assert!(!help.title.ends_with('.') && help.title.len() < 75, "{}", help.title);
            assert!(help.help.ends_with('.') && help.help.len() < 300, "{}", help.help);
            for text in [&help.title, &help.help] {
                let lower = text.to_lowercase();
                assert!(!text.contains('!') && !lower.contains("please") && !lower.contains("oops"), "{text}");
                assert!(!text.contains("Rekey"), "A-08: the product's name is a setting: {text}");
            }
        }
    }

    #[test]
    fn the_numbers_that_flows_meet_lead_to_the_right_person() {
        for (code, action, who) in [
            (50076, Action::CompleteMfa, Who::Signer),
            (50020, Action::OtherAccount, Who::Signer),
            (90094, Action::AskAdministrator, Who::Administrator),
            (65001, Action::AskAdministrator, Who::Administrator),
            (53003, Action::AskAdministrator, Who::Administrator),
            (50196, Action::Wait, Who::Nobody),
            (50011, Action::ContactSupport, Who::Support),
            (50173, Action::SignInAgain, Who::Signer),
        ] {
            assert_eq!((help_for(code).action, help_for(code).who), (action, who), "AADSTS{code}");
        }
    }
}
