//! Search and filters. All of them live in the address.

use super::customer_filter::CustomerFilter;
use super::filter::{Column, Filter, Sort};
use crate::api::ApiFailure;
use crate::components::MethodPin;
use crate::features::page::SearchField;
use crate::remote::Remote;
use crate::router::{NavigateOptions, use_navigate};
use crate::text;
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::api::backup_sets::BackupSetCounts;
use shared::method::Method;

/// Goes to the list with another filter, without moving the page.
pub fn goes_to() -> impl Fn(&Filter, bool) + Clone + Send + Sync + 'static {
    let go = StoredValue::new_local(use_navigate());
    move |filter: &Filter, replace: bool| {
        go.with_value(|go| {
            go(&filter.address(), NavigateOptions { scroll: false, replace });
        });
    }
}

/// The row of filters.
#[component]
pub fn Toolbar(
    /// The filter now.
    #[prop(into)]
    filter: Signal<Filter>,
    /// The numbers on the chips.
    counts: Remote<Result<BackupSetCounts, ApiFailure>>,
) -> impl IntoView {
    let go = goes_to();
    let counted = Memo::new(move |_| counts.get().and_then(Result::ok));
    let search = {
        let go = go.clone();
        Callback::new(move |query: String| {
            let filter = filter.get_untracked();
            if filter.query != query {
                go(&Filter { query, ..filter }.first_page(), true);
            }
        })
    };
    let chips = Method::ALL.map(|method| view! { <MethodChip method filter counted/> });
    let found = move || counted.get().map(|counts| text::portal::backup_sets::found(shown(&counts, &filter.read())));
    let grouped = move || filter.read().sort.column == Column::Customer;
    let group = move |on: bool| {
        let column = if on { Column::Customer } else { Column::Name };
        go(&Filter { sort: Sort { column, descending: false }, ..filter.get_untracked() }.first_page(), false);
    };
    view! {
        <div class="toolbar" role="search">
            <SearchField id="find-sets" label=backup_sets::SEARCH hint=backup_sets::SEARCH_HINT value=Signal::derive(move || filter.read().query.clone()) on_search=search/>
            <div class="chips" role="group" aria-label=backup_sets::METHOD>{chips.into_iter().collect_view()}</div>
            <CustomerFilter filter/>
            <label class="chip"><input type="checkbox" prop:checked=grouped on:change=move |event| group(event_target_checked(&event))/>{backup_sets::GROUPED}</label>
            <span class="note push" role="status" data-test="found">{found}</span>
        </div>
    }
}

/// How many sets the methods chosen leave.
pub fn shown(counts: &BackupSetCounts, filter: &Filter) -> u64 {
    if filter.methods.is_empty() { counts.total } else { filter.methods.iter().map(|method| of(counts, *method)).sum() }
}

const fn of(counts: &BackupSetCounts, method: Method) -> u64 {
    match method {
        Method::Basic => counts.methods.basic,
        Method::Hybrid => counts.methods.hybrid,
        Method::Modern => counts.methods.modern,
    }
}

#[component]
fn MethodChip(method: Method, filter: Signal<Filter>, counted: Memo<Option<BackupSetCounts>>) -> impl IntoView {
    let go = goes_to();
    let on = move || filter.read().methods.contains(&method);
    let count = move || counted.get().map(|counts| text::number(of(&counts, method)));
    view! {
        <label class="chip" data-test=format!("chip-{}", method.as_str())>
            <input type="checkbox" prop:checked=on on:change=move |_| go(&filter.get_untracked().toggled(method), false)/>
            <MethodPin method/>
            <span class="count">{count}</span>
        </label>
    }
}
