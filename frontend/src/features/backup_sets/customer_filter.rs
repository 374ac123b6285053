//! The filter for one customer.

use super::filter::Filter;
use super::toolbar::goes_to;
use crate::features::customers::CustomerPicker;
use leptos::prelude::*;
use shared::id::CustomerId;

/// The button and its list.
#[component]
pub fn CustomerFilter(filter: Signal<Filter>) -> impl IntoView {
    let customer = Signal::derive(move || filter.read().customer);
    let go = StoredValue::new(goes_to());
    let pick = Callback::new(move |customer: Option<CustomerId>| {
        go.with_value(|go| go(&Filter { customer, ..filter.get_untracked() }.first_page(), false));
    });
    view! { <CustomerPicker customer on_pick=pick/> }
}
