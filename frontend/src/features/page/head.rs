//! The headline, the trail above it, the title in the tab and the focus.

use crate::components::Keymark;
use crate::router::use_location;
use crate::{browser, text};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::id::TenantId;
use text::portal::shell;

/// The product's name, once known.
#[derive(Debug, Clone, Copy)]
pub struct Brand(pub RwSignal<String>);

impl Brand {
    /// The name, followed as it changes.
    pub fn get(self) -> String {
        self.0.get()
    }
}

/// Names the page in the tab, and moves the focus to its headline when the page is another than before.
pub fn arrive(title: &str) {
    let brand = use_context::<Brand>().map(Brand::get).unwrap_or_default();
    browser::set_title(&text::title(title, &brand));
    if browser::arrived(&use_location().pathname.get_untracked()).is_some() {
        // The headline may still be on its way into the document.
        spawn_local(async {
            browser::sleep(0).await;
            browser::focus_heading();
        });
    }
}

/// A page above this one: its name and address.
pub type Crumb = (String, String);

/// A page's headline, with what belongs to it.
#[component]
pub fn PageHead(
    /// The title in the tab.
    #[prop(into)]
    title: String,
    /// The headline: a fact, where there is one.
    #[prop(into)]
    heading: String,
    /// The pages above.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// Draws this tenant's key beside the headline.
    #[prop(optional_no_strip, into)]
    tenant: Option<TenantId>,
    /// A line above the headline.
    #[prop(optional, into)]
    note: String,
    /// A sentence or two below the headline.
    #[prop(optional_no_strip, into)]
    sub: Option<AnyView>,
    /// The actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let here = title.clone();
    Effect::new(move |_| arrive(&title));
    let trail = (!crumbs.is_empty()).then(|| {
        let above = crumbs.into_iter().map(|(name, href)| view! { <li><a href=href>{name}</a></li> }).collect_view();
        view! { <nav aria-label=shell::WHERE_YOU_ARE><ol class="crumbs">{above}<li aria-current="page">{here}</li></ol></nav> }
    });
    let note = (!note.is_empty()).then(|| view! { <p class="note">{note}</p> });
    // Without `tabindex`: whoever moves the focus here sets it. Here it would go and come with each new headline, and the focus with it.
    let key = tenant.map(|tenant| view! { <Keymark tenant/> });
    view! {
        <header class="page-head">
            {trail}
            {note}
            <h1 class="titled">{heading}{key}</h1>
            {sub.map(|sub| view! { <div class="sub">{sub}</div> })}
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
    }
}
