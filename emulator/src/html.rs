//! The frame of every page: plainly a stand-in, never mistakable for Microsoft's own.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::scenario::CoopMode;

/// The style sheet.
pub(crate) const CSS: &str = include_str!("../assets/emulator.css");
/// The script that sends the form of `response_mode=form_post`.
pub(crate) const FORM_POST_SCRIPT: &str = "document.forms[0].submit();\n";

/// Draws a page.
pub(crate) fn page(title: &str, coop: CoopMode, script: Option<&str>, card: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · stand-in sign-in" }
                link rel="stylesheet" href="/_assets/emulator.css";
            }
            body {
                header class="tape" {
                    p { "STAND-IN, not Microsoft. Invented people, no real accounts. Never type a real password here." }
                }
                main { (card) }
                footer {
                    "Sign-in stand-in for demonstrations and tests. "
                    a href="/_phone" target="_blank" rel="noopener" { "Pretend phones" }
                }
                @if let Some(script) = script { script src=(script) {} }
            }
        }
    };
    let mut response = (StatusCode::OK, Html(markup.into_string())).into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store, no-cache"),
        (header::PRAGMA, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; \
             frame-ancestors 'none'",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    match coop {
        CoopMode::Off => {}
        CoopMode::ReportOnly => {
            headers.insert("cross-origin-opener-policy-report-only", HeaderValue::from_static("same-origin"));
        }
        CoopMode::Enforce => {
            headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
        }
    }
    response
}

/// A file of the pages.
pub(crate) fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, text).into_response()
}
