//! The pages themselves. Names and ids of fields are stable: tests in browsers hold on to them.

use axum::response::Response;
use maud::{Markup, html};

use super::flow::Flow;
use super::request::Purpose;
use crate::consent::Prompt;
use crate::consent::policy::Verdict;
use crate::errors::{AadError, Trace};
use crate::html;
use crate::people::{Account, Identity, role_name};
use crate::scenario::CoopMode;
use crate::state::State;

fn draw(flow: &Flow, title: &str, script: Option<&str>, content: &Markup) -> Response {
    let card = html! {
        div class="card" {
            p class="who" { span { "login.stand-in.test" } span { (flow.request.client_name) } }
            h1 { (title) }
            (content)
        }
    };
    html::page(title, flow.request.coop, script, &card)
}

fn hidden(flow: &Flow) -> Markup {
    html! { input type="hidden" name="flow" value=(flow.id); }
}

fn refusal(error: Option<&AadError>) -> Markup {
    html! {
        @if let Some(error) = error {
            p class="wrong" role="alert" { "AADSTS" span id="error-code" { (error.code) } ": " (error.text) }
        }
    }
}

fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect()
}

/// Account picker: who is signed in here, then everybody of the scenario.
pub(super) fn picker(state: &State, flow: &Flow) -> Response {
    let signed_in: Vec<&Account> = state.signed_in(&flow.browser).into_iter().map(|(account, _)| account).collect();
    let is_in = |account: &Account| signed_in.iter().any(|known| known.oid == account.oid);
    let others = state.accounts.iter().filter(|account| !is_in(account));
    let content = html! {
        p class="soft" { "“" (flow.request.client_name) "” asked for an account choice." }
        form method="post" action="/common/login" {
            (hidden(flow))
            div class="people" {
                @for account in signed_in.iter().copied().chain(others) {
                    (account_button(account, is_in(account)))
                }
            }
            div class="row" {
                button class="no" id="use-another" type="submit" name="another" value="1" { "Use another account" }
            }
        }
        (asked(flow))
    };
    draw(flow, "Pick an account", None, &content)
}

fn account_button(account: &Account, signed_in: bool) -> Markup {
    let person = &account.person;
    let mark = match (signed_in, person.roles.first(), person.personal) {
        (true, ..) => "signed in".to_owned(),
        (_, Some(role), _) => uuid::Uuid::parse_str(role).map_or_else(|_| role.clone(), role_name),
        (_, None, true) => "personal".to_owned(),
        _ => "no role".to_owned(),
    };
    html! {
        button type="submit" name="pick" value=(person.username) data-account=(person.username) {
            span class="face" aria-hidden="true" { (initials(&person.display_name)) }
            b { (person.display_name) }
            small { (person.username) }
            span class="role" { (mark) }
        }
    }
}

/// User name and password.
pub(super) fn sign_in(state: &State, flow: &Flow, username: &str, error: Option<&AadError>) -> Response {
    let shown = state.account_called(username).filter(|_| state.show_passwords);
    let content = html! {
        (refusal(error))
        form method="post" action="/common/login" class="fields" {
            (hidden(flow))
            label { "Account"
                input type="text" name="username" id="username" value=(username) autocomplete="off" autofocus[username.is_empty()] required;
            }
            label { "Password"
                @if let Some(account) = shown { span class="soft" { "in this play: " code { (account.person.password) } } }
                input type="password" name="password" id="password" autocomplete="off" autofocus[!username.is_empty()] required;
            }
            div class="row" { button class="go" id="sign-in" type="submit" { "Sign in" } }
        }
        form method="post" action="/common/consent" {
            (hidden(flow))
            button class="no" id="cancel" type="submit" name="decision" value="decline" { "Cancel" }
        }
        (asked(flow))
    };
    draw(flow, "Who shall sign in?", None, &content)
}

/// The code of the authenticator.
pub(super) fn mfa(flow: &Flow, account: &Account, error: Option<&AadError>) -> Response {
    let content = html! {
        p class="soft" { "Signing in as " (account.person.username) "." }
        (refusal(error))
        form method="post" action="/common/mfa" class="fields" {
            (hidden(flow))
            label { "Code of six digits"
                input type="text" name="code" id="code" inputmode="numeric" maxlength="7" autocomplete="one-time-code" autofocus required;
            }
            div class="row" { button class="go" id="verify" type="submit" { "Verify" } }
        }
        p class="soft" {
            "The codes are on the " a id="phone" href="/_phone" target="_blank" rel="noopener" { "pretend phones" }
            ", which exist only for demonstrations."
        }
    };
    draw(flow, "Enter the code of your phone", None, &content)
}

/// Registration of an authenticator (50079).
pub(super) fn register(flow: &Flow, account: &Account) -> Response {
    let content = html! {
        p { "AADSTS" span id="error-code" { "50079" } ": " (account.person.username) " must register a second factor first." }
        form method="post" action="/common/mfa" {
            (hidden(flow))
            div class="row" {
                button class="go" id="register" type="submit" name="register" value="1" { "Register a pretend phone" }
            }
        }
    };
    draw(flow, "More information is required", None, &content)
}

fn rights(state: &State, prompt: &Prompt) -> Markup {
    let name = |id| state.application(id).map_or_else(String::new, |application| application.display_name.clone());
    let describe = |resource, scope: &str| {
        let api = state.application(resource)?;
        let known = api.exposed_scopes.iter().find(|known| known.value == scope)?;
        (!known.description.is_empty()).then(|| known.description.clone())
    };
    html! {
        ul class="rights" {
            @for ask in &prompt.asks {
                @for scope in &ask.scopes {
                    li data-scope=(scope) data-client=(ask.client) data-resource=(ask.resource) {
                        b { (describe(ask.resource, scope).unwrap_or_else(|| format!("Use {} as you", name(ask.resource)))) }
                        code { (scope) " (" (name(ask.resource)) ", for " (name(ask.client)) ")" }
                    }
                }
                @for role in &ask.roles {
                    li data-role=(role) data-client=(ask.client) data-resource=(ask.resource) {
                        b { "Without any person signed in" }
                        code { (role) " (" (name(ask.resource)) ", for " (name(ask.client)) ")" }
                    }
                }
            }
        }
    }
}

/// The consent page.
pub(super) fn consent(state: &State, flow: &Flow, identity: &Identity, prompt: &Prompt, verdict: Verdict) -> Response {
    let tenant = state.tenant(identity.tid).map_or_else(String::new, |tenant| tenant.display_name.clone());
    let everybody = matches!(flow.request.purpose, Purpose::AdminConsent { .. });
    let publisher = state.application(flow.request.client).map(|app| (app.publisher.clone(), app.publisher_verified));
    let content = html! {
        p class="soft" { (identity.username) " in " (tenant) }
        @match publisher {
            Some((name, true)) => p class="soft" { "Publisher: " (name.unwrap_or_default()) " (verified)" },
            Some((Some(name), false)) => p class="soft" { "Publisher: " (name) ", " b { "unverified" } },
            _ => p class="soft" { "Publisher: " b { "unverified" } },
        }
        (rights(state, prompt))
        form method="post" action="/common/consent" class="fields" {
            (hidden(flow))
            @if everybody {
                p { b { "Accepting grants this for everybody in " (tenant) "." } }
            } @else if verdict == Verdict::Administrator {
                label class="check" {
                    span { input type="checkbox" name="organization" id="organization" value="1"; " Consent on behalf of your organization" }
                }
            }
            div class="row" {
                button class="go" id="accept" type="submit" name="decision" value="accept" { "Accept" }
                button class="no" id="decline" type="submit" name="decision" value="decline" { "Cancel" }
            }
        }
    };
    let title = format!("“{}” asks for rights in {tenant}", flow.request.client_name);
    draw(flow, &title, None, &content)
}

/// Only an administrator may accept: a dead end (90094), or the request form (90095).
pub(super) fn approval(state: &State, flow: &Flow, identity: &Identity, prompt: &Prompt) -> Response {
    let workflow = state.tenant(identity.tid).is_some_and(|tenant| tenant.policies.consent_requests_enabled)
        && !matches!(flow.request.purpose, Purpose::AdminConsent { .. });
    let code = if workflow { 90_095 } else { 90_094 };
    let content = html! {
        p class="soft" { (identity.username) }
        p { "“" (flow.request.client_name) "” needs permission to reach resources in your organization that only an administrator can grant." }
        (rights(state, prompt))
        form method="post" action="/common/consent" class="fields" {
            (hidden(flow))
            @if workflow {
                label { "Why do you need this app?"
                    input type="text" name="justification" id="justification" autocomplete="off";
                }
            }
            div class="row" {
                @if workflow {
                    button class="go" id="request-approval" type="submit" name="decision" value="request" { "Request approval" }
                }
                button class="no" id="decline" type="submit" name="decision" value="decline" { "Return to the application without granting consent" }
            }
        }
        form method="post" action="/common/login" {
            (hidden(flow))
            button class="no" id="use-another" type="submit" name="another" value="1" { "Have an admin account? Sign in with that account" }
        }
        (ids(code, &flow.trace))
    };
    draw(flow, if workflow { "Approval required" } else { "Need admin approval" }, None, &content)
}

/// The approval request was sent.
pub(super) fn request_sent(flow: &Flow) -> Response {
    let content = html! {
        p { "Your administrators have been asked. You will hear from them by mail." }
        form method="post" action="/common/consent" {
            (hidden(flow))
            button class="no" id="decline" type="submit" name="decision" value="decline" { "Back to the application" }
        }
        (ids(90_095, &flow.trace))
    };
    draw(flow, "Request sent", None, &content)
}

/// The ids under every error.
fn ids(code: u32, trace: &Trace) -> Markup {
    html! {
        dl class="ids" {
            dt { "Error" } dd { "AADSTS" span id="error-code" { (code) } }
            dt { "Correlation id" } dd id="correlation-id" { (trace.correlation_id) }
            dt { "Trace id" } dd id="trace-id" { (trace.trace_id) }
            dt { "Timestamp" } dd id="timestamp" { (trace.timestamp) }
        }
    }
}

/// An error that is shown and not redirected.
pub(super) fn error(error: &AadError, trace: &Trace, flow: Option<&Flow>) -> Response {
    let card = html! {
        div class="card" {
            p class="who" { span { "login.stand-in.test" } @if let Some(flow) = flow { span { (flow.request.client_name) } } }
            h1 { "Sorry, but we’re having trouble signing you in." }
            p id="error-text" role="alert" { "AADSTS" (error.code) ": " (error.text) }
            @if let Some(flow) = flow {
                form method="post" action="/common/login" {
                    (hidden(flow))
                    button class="no" id="use-another" type="submit" name="another" value="1" { "Use another account" }
                }
            }
            (ids(error.code, trace))
        }
    };
    html::page("Error", flow.map_or(CoopMode::Off, |flow| flow.request.coop), None, &card)
}

/// `response_mode=form_post`: a form that sends itself.
pub(super) fn form_post(flow: &Flow, target: &str, fields: &[(&'static str, String)]) -> Response {
    let content = html! {
        form method="post" action=(target) {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button class="go" id="continue" type="submit" { "Continue" }
        }
    };
    draw(flow, "Working …", Some("/_assets/form-post.js"), &content)
}

fn asked(flow: &Flow) -> Markup {
    let request = &flow.request;
    html! {
        details {
            summary { "What the app asked for" }
            dl {
                dt { "client" } dd { (request.client) }
                dt { "scope" } dd { (request.scope_text) }
                dt { "tenant" } dd { (request.tenant_path) }
                dt { "PKCE" } dd { @if request.challenge.is_some() { "yes" } @else { "no" } }
            }
        }
    }
}
