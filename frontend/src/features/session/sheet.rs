//! The single quiet sheet on which one signs in.

use crate::browser;
use crate::components::{Art, Mark};
use crate::features::page::Brand;
use leptos::prelude::*;

/// A page with nothing but one sheet.
#[component]
pub fn Sheet(
    /// The picture.
    #[prop(default = "art-clear")]
    art: &'static str,
    /// The headline.
    #[prop(into)]
    heading: String,
    /// A word at the foot.
    #[prop(default = "")]
    foot: &'static str,
    /// The rest.
    children: Children,
) -> impl IntoView {
    view! {
        <Quiet foot>
            <div class="sheet">
                <div class="stack tight">
                    <Art name=art class="standing"/>
                    <h1 tabindex="-1">{heading}</h1>
                </div>
                {children()}
            </div>
        </Quiet>
    }
}

/// A page without a menu.
#[component]
pub fn Quiet(
    /// A word at the foot.
    #[prop(default = "")]
    foot: &'static str,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let brand = use_context::<Brand>();
    view! {
        <div class="alone">
            <header><a class="brand" href="/"><Mark/>{move || brand.map(Brand::get)}</a></header>
            <main id="main">{children()}</main>
            <footer><span>{browser::address().host}</span><span>{foot}</span></footer>
        </div>
    }
}
