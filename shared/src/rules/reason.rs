//! Why a rule decided as it did: a stable code, one sentence, and what to do instead.
//!
//! Codes are part of the API and never change; sentences may. No sentence names the product, a customer or a person, so
//! that brand and language stay with whoever shows it.

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal: $text:literal, $instead:literal;)*) => {
        /// One reason; serialised as its code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Reason {$(
            $(#[$doc])*
            #[serde(rename = $code)]
            $name,
        )*}

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What is so, and why, in one or two sentences.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// What to do about it.
            pub const fn instead(self) -> &'static str {
                match self { $(Self::$name => $instead),* }
            }
        }
    };
}

reasons! {
    /// why a set should move at all.
    StoredPasswordsEnded = "stored_passwords_ended":
        "Microsoft no longer accepts stored passwords. Backups and restores of this set fail as soon as Microsoft has carried that out for its tenant.",
        "Move the set to hybrid or modern. It stays as it is until you do.";
    /// Recommended: hybrid, the narrowest access that is enough.
    OwnDataFitsHybrid = "own_data_fits_hybrid":
        "The set holds only its own account's data. Hybrid reaches exactly that, and nobody with an administrator's role has to sign in.",
        "Modern is possible too. Its access reaches the whole tenant.";
    /// Recommended: modern, because of other people's data.
    OtherPeopleNeedModern = "other_people_need_modern":
        "The set holds other people's data. Modern reaches it without anybody's account.",
        "An administrator of the tenant signs in once.";
    /// Recommended: modern, the only way for these data.
    OnlyModernReaches = "only_modern_reaches":
        "Only modern reaches all of this set's data.",
        "An administrator of the tenant signs in once.";
    /// Recommended: hybrid, the only way for these data.
    OnlyHybridReaches = "only_hybrid_reaches":
        "Modern cannot take over this set. Hybrid keeps it running without a stored password.",
        "The holder of the account signs in once.";
    /// Neither way alone, but both together.
    SplitReaches = "split_reaches":
        "No method reaches all of this set's data. Split, each part gets the method that fits.",
        "Split the set.";
    /// Neither way.
    NothingFits = "nothing_fits":
        "No method can take over this set as it is.",
        "The reasons beside each method say what to change.";
    /// Already off stored passwords.
    NoStoredPassword = "no_stored_password":
        "This set no longer uses a stored password.",
        "Nothing to do. Sign in again only when its access has ended.";

    ///
    OnlyFromBasic = "only_from_basic":
        "Only sets on a stored password change their method. This one keeps what it has.",
        "Re-authorize it when its access has ended. The method stays the same.";
    /// A wave takes a set only once.
    InAnotherWave = "in_another_wave":
        "An open wave has this set already.",
        "Follow it there, or call that wave off first.";
    /// O6: nothing starts before the tenant is confirmed.
    TenantUnconfirmed = "tenant_unconfirmed":
        "Nobody has confirmed yet that this tenant is the customer's.",
        "Confirm the tenant on the customer's page.";
    /// The installation has no registration for it.
    MethodNotAvailable = "method_not_available":
        "This installation is not registered for setting up modern.",
        "Ask whoever runs it to add the registration, or bring an app of the customer's own.";
    /// A-05, renewals.
    NothingToRenew = "nothing_to_renew":
        "This set has no access of that kind that could be renewed.",
        "Move a set on a stored password to hybrid or modern; renew the others.";
    ///
    ClientTooOld = "client_too_old":
        "The backup client of this set is too old to work without a stored password.",
        "Update the client first, then import the set again.";
    /// A-03, version not told.
    ClientVersionUnknown = "client_version_unknown":
        "Nobody has said which version of the backup client runs this set.",
        "Check that it is recent enough before the next backup is due.";
    /// A-07, F4.
    PersonalSitesWait = "personal_sites_wait":
        "The set includes Personal Sites, which Microsoft does not open to app-only access.",
        "Hybrid keeps them running until Microsoft changes that.";
    /// A-07, what hybrid means for them.
    PersonalSitesWorkaround = "personal_sites_workaround":
        "Hybrid is a temporary workaround for Personal Sites. It reaches the account's own personal site.",
        "Modern becomes possible when Microsoft opens Personal Sites to it.";
    /// A-07, second switch.
    SharepointSitesWait = "sharepoint_sites_wait":
        "The set includes SharePoint sites, which are kept from app-only access here.",
        "Hybrid keeps them running as far as the account may open them.";
    /// OneNote ended app-only access on 31 March 2025.
    OnenoteNeedsAPerson = "onenote_needs_a_person":
        "The set includes OneNote, which Microsoft opens only to a signed-in person.",
        "Hybrid reaches the notebooks of the account itself.";
    /// Groups have no delegated road worth the name.
    GroupsNeedModern = "groups_need_modern":
        "The set includes groups, which belong to the tenant and not to one account.",
        "Modern reaches them. An administrator of the tenant signs in once.";
    /// Public folders have no Graph road.
    PublicFoldersHaveNoWay = "public_folders_have_no_way":
        "The set includes public folders, which Microsoft Graph does not offer by any method.",
        "Take public folders out of the set, then move the rest.";
    /// Hybrid is one account's own access.
    CoversOtherPeople = "covers_other_people":
        "The set holds other people's data, and hybrid reaches only what one account may open.",
        "Use modern, or make one set for each account.";
    /// Hybrid works with an account.
    NoAccount = "no_account":
        "Hybrid is one account's own access, and this set names no account.",
        "Name the account in the backup product, then import the set again.";
    /// Modern runs in the worldwide cloud only, for now.
    ModernOnlyGlobal = "modern_only_global":
        "Modern is set up in Microsoft's worldwide cloud only. This tenant lives in another one.",
        "Bringing an app of your own will be the way there. It is not offered yet.";
    /// The installation has no registrations in that cloud.
    CloudNotSetUp = "cloud_not_set_up":
        "This tenant lives in a national cloud that is not set up here.",
        "Ask whoever runs this service to register it in that cloud.";
    /// Nothing to back up.
    NoWorkloads = "no_workloads":
        "The set names no data, so nobody can say which access it needs.",
        "Choose its data in the backup product, then import the set again.";
    /// Delegated access to sites ends where the account's rights end.
    OnlySitesOfTheAccount = "only_sites_of_the_account":
        "Hybrid reaches the SharePoint sites that the account itself may open.",
        "Choose modern for all sites of the tenant.";
    /// Teams have no restore.
    TeamsCannotBeRestored = "teams_cannot_be_restored":
        "Microsoft lets hybrid read chats and channels, and not write them back.",
        "They are saved and can be looked up. A restore into Teams is not possible.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_a_code_a_sentence_and_a_way_on() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len(), "codes are unique");
        for reason in Reason::ALL {
            assert!(reason.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", reason.code());
            assert_eq!(serde_json::to_string(reason).unwrap(), format!("\"{}\"", reason.code()));
            for sentence in [reason.text(), reason.instead()] {
                assert!(sentence.ends_with('.') && sentence.len() < 200, "{sentence}");
                assert!(!sentence.contains('!') && !sentence.to_lowercase().contains("please"), "{sentence}");
                assert!(!sentence.contains("Rekey"), "A-08: the product's name is a setting: {sentence}");
            }
        }
    }
}
