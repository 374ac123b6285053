//! The pretend phones: everybody's current code, for demonstrations.

use axum::extract::State;
use axum::response::Response;
use maud::html;

use crate::app::App;
use crate::html;
use crate::scenario::CoopMode;
use crate::totp;

/// `GET /_phone`.
pub(crate) async fn get(State(app): State<App>) -> Response {
    let now = app.now_millis();
    let left = totp::STEP - (now / 1000).rem_euclid(totp::STEP);
    let state = app.state();
    let phones: Vec<_> = state
        .accounts
        .iter()
        .filter_map(|account| {
            let code = totp::code(account.person.totp_secret.as_deref()?, now)?;
            Some((account.person.display_name.clone(), account.person.username.clone(), code))
        })
        .collect();
    let card = html! {
        div class="card" {
            h1 { "Pretend phones" }
            p class="soft" { "Only in this stand-in: real codes never leave a real phone. Reload for the next ones." }
            @if phones.is_empty() { p { "Nobody has registered a second factor." } }
            div class="phones" {
                @for (name, username, code) in &phones {
                    div class="phone" role="group" aria-label=(format!("Pretend phone of {name}")) {
                        p { b { (name) } br; span class="soft" { (username) } }
                        span class="big" data-code-of=(username) { (code) }
                        p class="soft" { "for " span data-seconds { (left) } " s more" }
                    }
                }
            }
        }
    };
    html::page("Pretend phones", CoopMode::Off, None, &card)
}
