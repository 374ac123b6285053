//! A certificate's life as a line: what is spent, what is left, when it renews itself. Geometry lives in attributes.

use crate::browser;
use crate::components::{Status, Tone};
use crate::text;
use crate::text::portal::apps;
use leptos::prelude::*;
use shared::api::apps::{CertificateState, CertificateView};
use shared::time::Timestamp;

const DAY: i64 = 86_400;

/// The places on the line, in days from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    whole: i64,
    spent: i64,
    window: Option<(i64, i64)>,
}

impl Line {
    fn of(certificate: &CertificateView, now: Timestamp) -> Self {
        let days = |at: Timestamp| at.since(certificate.not_before).div_euclid(DAY);
        let whole = days(certificate.not_after).max(1);
        let window = certificate.renew_at.map(days).filter(|at| (0..whole).contains(at));
        Self { whole, spent: days(now).clamp(0, whole), window: window.map(|at| (at, whole - at)) }
    }
}

/// Whole days until the end; negative afterwards.
fn days_left(certificate: &CertificateView, now: Timestamp) -> i64 {
    certificate.not_after.since(now).div_euclid(DAY)
}

/// One certificate.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn Life(
    /// Which.
    certificate: CertificateView,
) -> impl IntoView {
    let now = browser::now();
    let line = Line::of(&certificate, now);
    let left = days_left(&certificate, now);
    let tone = match (left, certificate.renew_at) {
        (..0, _) | (0..30, None) => Tone::Danger,
        (30..90, None) => Tone::Warn,
        _ => Tone::Ok,
    };
    let (word, tone) = match certificate.state {
        CertificateState::Current => (apps::days_left(left), tone),
        state => (apps::certificate(state).to_owned(), Tone::Idle),
    };
    let (begins, ends) = (browser::short_day(certificate.not_before), browser::short_day(certificate.not_after));
    let said = apps::life(line.spent, line.whole, certificate.renew_at.map(browser::short_day).as_deref());
    let (whole, spent) = (line.whole.to_string(), line.spent.to_string());
    let window = line.window.map(|(at, length)| {
        view! { <rect class="window" x=at.to_string() y="26" width=length.to_string() height="3"></rect> }
    });
    let renews = match certificate.renew_at {
        Some(at) => {
            view! { <span><b>{browser::short_day(at)}</b><span class="key">{apps::RENEWS}</span></span> }.into_any()
        }
        None => view! { <span><b>{apps::BY_HAND}</b>{apps::BY_HAND_WHY}</span> }.into_any(),
    };
    let gone =
        certificate.remove_at.map(|at| view! { <p class="note">{apps::removed_on(&browser::short_day(at))}</p> });
    let shortened = certificate.shortened.clone().map(|why| view! { <p class="note">{why}</p> });
    let frame = format!("0 0 {whole} 40");
    let now_mark = format!("M{spent} 6v28");
    view! {
        <div class="stack tight" data-test="certificate" data-state=certificate.state.as_str()>
            <p>{apps::CERTIFICATE}" "<Status tone text=word/></p>
            <div class="life">
                <svg viewBox=frame preserveAspectRatio="none" role="img" aria-label=said>
                    <rect class="left" x="0" y="14" width=whole height="12"></rect>
                    <rect class="spent" x="0" y="14" width=spent height="12"></rect>
                    {window}
                    <path class="now" d=now_mark></path>
                </svg>
                <div class="ends">
                    <span><b>{begins}</b>{apps::ISSUED}</span>
                    {renews}
                    <span><b>{ends}</b>{apps::ENDS}" "{text::when(certificate.not_after, now)}</span>
                </div>
            </div>
            {shortened}{gone}
            <p class="note">{apps::THUMBPRINT}" "<span class="mono thumbprint">{certificate.thumbprint.clone()}</span></p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(not_before: i64, not_after: i64, renew_at: Option<i64>) -> CertificateView {
        CertificateView {
            id: "0190a0b1-2c3d-7e4f-8a9b-000000000001".parse().unwrap(),
            state: CertificateState::Current,
            thumbprint: String::new(),
            not_before: Timestamp(not_before * DAY),
            not_after: Timestamp(not_after * DAY),
            shortened: None,
            proved_at: None,
            renew_at: renew_at.map(|day| Timestamp(day * DAY)),
            remove_at: None,
            removed_at: None,
        }
    }

    #[test]
    fn e13_a_life_stays_on_its_line() {
        let one = certificate(100, 830, Some(740));
        let at = |day| Line::of(&one, Timestamp(day * DAY));
        assert_eq!(at(200), Line { whole: 730, spent: 100, window: Some((640, 90)) });
        assert_eq!((at(0).spent, at(9_999).spent), (0, 730));
        assert_eq!(Line::of(&certificate(5, 5, Some(9)), Timestamp(0)), Line { whole: 1, spent: 0, window: None });
        assert_eq!(days_left(&one, Timestamp(829 * DAY + 1)), 0);
        assert_eq!(days_left(&one, Timestamp(830 * DAY + 1)), -1);
    }
}
