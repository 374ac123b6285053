//! The portal's pages.

use super::Browser;
use crate::demo::Account;
use std::path::Path;

impl Browser {
    /// A member signs in at the portal.
    pub async fn enter_portal(&self, member: &Account) {
        self.open("/").await;
        self.arrive("/sign-in").await;
        self.click("[data-test=sign-in]").await;
        self.sign_in_as(member).await;
        self.see("nav[aria-label] a[aria-current=page]").await;
    }

    /// Imports a list; stops at its preview.
    pub async fn offer_list(&self, file: &Path) {
        self.open("/backup-sets/import").await;
        self.choose_file("[data-test=file]", file).await;
        self.see("[data-test=import-numbers]").await;
    }

    /// Confirms the import.
    pub async fn confirm_list(&self) {
        self.click("[data-test=confirm-import]").await;
        self.see("[data-test=imported]").await;
    }

    /// Chooses sets of the list by their numbers outside.
    pub async fn choose_sets(&self, ids: &[String]) {
        for id in ids {
            self.click(&format!("tr[data-set='{id}'] input[type=checkbox]")).await;
        }
    }
}
