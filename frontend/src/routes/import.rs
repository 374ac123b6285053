//! Importing a list. The preview's id stands in the address, so that a reload shows it again.

use crate::api::{self, ApiFailure};
use crate::components::{Notice, Tone};
use crate::features::imports::{DropZone, ImportPreview, Imported};
use crate::features::page::{PageHead, load};
use crate::remote::Remote;
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::text::portal::{imports, shell};
use leptos::prelude::*;
use shared::api::imports::{ImportState, ImportView};

/// The import page.
#[component]
pub fn Import() -> impl IntoView {
    let query = use_query_map();
    let id = Memo::new(move |_| query.read().get("id"));
    // What the last answer said, so that it need not be asked for again.
    let known = RwSignal::new(None::<ImportView>);
    let forgotten = RwSignal::new(false);
    let import = Remote::new(move || {
        let id = id.get();
        let known = known.get().filter(|import| Some(import.id.to_string()) == id);
        async move {
            match (known, id) {
                (Some(import), _) => Ok(Some(import)),
                (None, Some(id)) => find(&id, forgotten).await,
                (None, None) => Ok(None),
            }
        }
    });
    let go = StoredValue::new_local(use_navigate());
    let on_preview = Callback::new(move |import: ImportView| {
        let address = format!("/backup-sets/import?id={}", import.id);
        known.set(Some(import));
        go.with_value(|go| go(&address, NavigateOptions::default()));
    });
    let on_confirmed = Callback::new(move |import: ImportView| known.set(Some(import)));
    view! {
        <div class="page">
            {load(import, 6, move |import| match import {
                None => choose(on_preview, forgotten.get_untracked()).into_any(),
                Some(import) => show(import, on_confirmed).into_any(),
            })}
        </div>
    }
}

fn crumbs() -> Vec<(String, String)> {
    vec![(shell::BACKUP_SETS.to_owned(), "/backup-sets".to_owned())]
}

/// The import with this id; `None`, and it is said, when its preview is gone.
async fn find(id: &str, forgotten: RwSignal<bool>) -> Result<Option<ImportView>, ApiFailure> {
    let found = api::get::<ImportView>(&format!("/api/v1/imports/{id}")).await;
    let gone = found.as_ref().is_err_and(|failure| failure.status() == Some(404));
    let _ = forgotten.try_set(gone);
    if gone { Ok(None) } else { found.map(Some) }
}

fn choose(on_preview: Callback<ImportView>, forgotten: bool) -> impl IntoView {
    let sub = view! { {imports::CHOOSE_WHY} }.into_any();
    let columns =
        imports::COLUMN_LIST.map(|(names, what)| view! { <div><dt class="mono">{names}</dt><dd>{what}</dd></div> });
    view! {
        <PageHead title=imports::TITLE heading=imports::CHOOSE crumbs=crumbs() sub/>
        {forgotten.then(|| view! { <Notice tone=Tone::Info title=imports::GONE text=imports::FORGOTTEN/> })}
        <DropZone on_preview/>
        <section class="section" aria-labelledby="columns">
            <header><h2 id="columns">{imports::COLUMNS}</h2></header>
            <dl class="facts columns">{columns.into_iter().collect_view()}</dl>
        </section>
    }
}

fn show(import: ImportView, on_confirmed: Callback<ImportView>) -> impl IntoView {
    let stored = import.state == ImportState::Confirmed;
    let heading = if stored { imports::stored(import.new + import.changed) } else { imports::headline(import.lines) };
    let sub = (!stored).then(|| view! { {imports::PREVIEW_WHY} }.into_any());
    view! {
        <PageHead title=imports::TITLE heading crumbs=crumbs() sub/>
        {if stored { view! { <Imported import/> }.into_any() } else { view! { <ImportPreview import on_confirmed/> }.into_any() }}
    }
}
