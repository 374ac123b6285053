//! The form that starts a wave: a name, days, a note.

use crate::api;
use crate::browser;
use crate::components::{Button, ButtonKind};
use crate::features::customers::Field;
use crate::features::page::Trouble;
use crate::features::session;
use crate::remote::Action;
use crate::router::{NavigateOptions, use_navigate};
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::{CreateWave, WaveSelection, WaveView};
use shared::rules::wave::WaveNumbers;
use shared::time::Timestamp;

/// The first moment (UTC) of a day as date fields write it, such as `2027-04-01`.
fn moment(day: &str) -> Option<Timestamp> {
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970-01-01 in the Gregorian calendar, years beginning in March (Howard Hinnant's `days_from_civil`).
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(Timestamp(days * 86_400))
}

/// The form; at its end the wave's page.
#[component]
pub fn StartForm(
    /// The sets.
    selection: WaveSelection,
    /// What they add up to.
    numbers: WaveNumbers,
    /// Called once the wave is there.
    #[prop(into)]
    on_made: Callback<()>,
) -> impl IntoView {
    let name = RwSignal::new(waves::name_of(&browser::short_day(browser::now())));
    let (start, deadline) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let note = RwSignal::new(String::new());
    let go = StoredValue::new_local(use_navigate());
    let make = Action::new(move |(): &()| {
        let body = CreateWave {
            name: name.get_untracked().trim().to_owned(),
            note: note.get_untracked().trim().to_owned(),
            starts_at: moment(&start.get_untracked()),
            deadline: moment(&deadline.get_untracked()),
            selection: selection.clone(),
        };
        async move { api::post::<_, WaveView>("/api/v1/waves", &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(made)) = make.value().get() {
            session::refresh();
            on_made.run(());
            let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
            go.with_value(|go| go(&format!("/waves/{}", made.id), options));
        }
    });
    let failure = Signal::derive(move || make.value().get().and_then(Result::err));
    let wrong = move |field: &'static str| {
        Signal::derive(move || {
            failure.get().filter(|failure| failure.field() == Some(field)).map(|failure| failure.detail())
        })
    };
    let elsewhere =
        move || failure.get().filter(|failure| !matches!(failure.field(), Some("name" | "deadline" | "note")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if numbers.sets > 0 && !make.pending().get_untracked() {
            make.dispatch(());
        }
    };
    let nothing = (numbers.sets == 0).then(|| view! { <p class="note">{waves::NOTHING_MOVES}</p> });
    view! {
        <form class="card form" on:submit=submit novalidate data-test="start-wave-form">
            <Field id="wave-name" label=waves::FORM_NAME hint="" value=name wrong=wrong("name")/>
            <Day id="wave-start" label=waves::FORM_START hint=waves::FORM_START_HINT value=start/>
            <Day id="wave-deadline" label=waves::FORM_DEADLINE hint=waves::FORM_DEADLINE_HINT value=deadline/>
            {move || wrong("deadline").get().map(|wrong| view! { <div class="field"><p class="wrong" role="alert">{wrong}</p></div> })}
            <Field id="wave-note" label=waves::FORM_NOTE hint="" value=note wrong=wrong("note")/>
            {move || elsewhere().map(|failure| view! { <Trouble failure/> })}
            <div class="actions">
                <Button attr:data-test="start-wave" attr:r#type="submit" kind=ButtonKind::Primary large=true busy=make.pending() disabled=numbers.sets == 0 on_press=|_| ()>
                    {move || if make.pending().get() { waves::STARTING.to_owned() } else { waves::start(&numbers) }}
                </Button>
            </div>
            {nothing}
        </form>
    }
}

#[component]
fn Day(id: &'static str, label: &'static str, hint: &'static str, value: RwSignal<String>) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input class="input" id=id type="date" aria-describedby=hint_id.clone() on:input=move |event| value.set(event_target_value(&event))/>
            <span class="hint" id=hint_id>{hint}</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_their_first_moment() {
        assert_eq!(moment("1970-01-01"), Some(Timestamp(0)));
        assert_eq!(moment("2027-04-01"), Some(Timestamp(1_806_537_600)));
        assert_eq!(moment("2028-02-29"), Some(Timestamp(1_835_395_200)));
        assert_eq!((moment(""), moment("2027-13-01"), moment("soon")), (None, None, None));
    }
}
