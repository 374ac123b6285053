//! Pages whose code is fetched when they are first asked for, and what stands there meanwhile and when that fails.

use crate::browser;
use crate::components::{Button, GhostLines, Notice, Tone};
use crate::features::page::arrive;
use crate::features::session::Quiet;
use crate::map::Frame;
use crate::text;
use crate::text::portal::shell;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;
use std::future::Future;
use std::pin::Pin;

/// Makes a page's view.
pub(super) type Show = fn() -> AnyView;

/// The code of a page did not come.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotHere;

impl From<SplitLoaderError> for NotHere {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// A page on its way.
pub(super) type OnItsWay = Pin<Box<dyn Future<Output = Result<Show, NotHere>>>>;

/// A function for each page that fetches the page's chunk, once.
macro_rules! chunks {
    ($($chunk:ident { $($name:ident => $page:path),* })*) => {$($(
        fn $name() -> $crate::routes::chunk::OnItsWay {
            #[leptos::wasm_split::wasm_split($chunk, wasm_split_path = leptos::wasm_split, fallible)]
            fn $name() -> Result<$crate::routes::chunk::Show, $crate::routes::chunk::NotHere> {
                Ok(|| leptos::prelude::IntoAny::into_any($page()))
            }
            Box::pin($name())
        }
    )*)*};
}
pub(super) use chunks;

/// The page; until its code is here, lines in its place.
pub(super) fn show(fetch: fn() -> OnItsWay, within: Frame) -> AnyView {
    let page = RwSignal::new(None::<Result<Show, NotHere>>);
    let again = move || {
        page.set(None);
        spawn_local(async move {
            let fetched = fetch().await;
            let _ = page.try_set(Some(fetched));
        });
    };
    again();
    let stand_in = move |view: AnyView| {
        if within == Frame::Menu {
            view! { <div class="page">{view}</div> }.into_any()
        } else {
            view! { <Quiet>{view}</Quiet> }.into_any()
        }
    };
    (move || match page.get() {
        Some(Ok(show)) => show(),
        Some(Err(NotHere)) => stand_in(view! { <Missing again=Callback::new(move |()| again())/> }.into_any()),
        None => stand_in(view! { <GhostLines lines=6/> }.into_any()),
    })
    .into_any()
}

/// The code did not come: the network, or a newer version of Rekey that no longer has this file.
#[component]
fn Missing(again: Callback<()>) -> impl IntoView {
    Effect::new(|_| arrive(shell::CHUNK_TITLE));
    view! {
        <h1 class="hide" tabindex="-1">{shell::CHUNK_TITLE}</h1>
        <div data-test="chunk-failed">
            <Notice tone=Tone::Danger title=shell::CHUNK_TITLE text=shell::CHUNK_WHY>
                <div class="actions">
                    <Button icon="again" on_press=move |_| again.run(())>{text::TRY_AGAIN}</Button>
                    <Button on_press=|_| browser::reload()>{shell::CHUNK_RELOAD}</Button>
                </div>
            </Notice>
        </div>
    }
}
