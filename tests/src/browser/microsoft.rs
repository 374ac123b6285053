//! The stand-in's sign-in pages.

use super::Browser;
use crate::demo::Account;
use thirtyfour::By;

impl Browser {
    /// On the sign-in host.
    pub async fn at_microsoft(&self) {
        let login = self.demo.login.clone();
        self.arrive(&login).await;
    }

    /// Signs in with everything that is asked for and accepts the first time, until back on a page of ours. The password
    /// is typed on the sign-in host only (A1).
    pub async fn sign_in_as(&self, account: &Account) {
        self.type_password(account).await;
        if account.totp_secret.is_some() {
            self.type_code(account).await;
        }
        self.come_back().await;
    }

    /// Waits to be back on a page of ours; accepts when asked on the way.
    pub async fn come_back(&self) {
        self.within("to be back", || async {
            if self.address().await.starts_with(&self.demo.portal) {
                return Some(());
            }
            if let Ok(accept) = self.driver.find(By::Css("#accept")).await {
                let _ = accept.click().await;
            }
            None
        })
        .await;
    }

    /// As [`Browser::sign_in_as`], up to the password.
    pub async fn type_password(&self, account: &Account) {
        self.at_microsoft().await;
        self.click("#use-another").await;
        self.fill("input[name=username]", &account.username).await;
        self.at_microsoft().await;
        self.fill("input[name=password]", &account.password).await;
        self.click("#sign-in").await;
    }

    /// The code of the authenticator.
    pub async fn type_code(&self, account: &Account) {
        self.fill("input[name=code]", &account.code()).await;
        self.at_microsoft().await;
        self.click("#verify").await;
    }

    /// Accepts what is asked for.
    pub async fn accept(&self) {
        self.at_microsoft().await;
        self.click("#accept").await;
    }

    /// Declines.
    pub async fn decline(&self) {
        self.at_microsoft().await;
        self.click("#decline").await;
    }
}
