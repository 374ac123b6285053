//! The place for the file: drop it or choose it; while it travels, how far it is.

use super::content_type;
use crate::api::{self, ApiFailure};
use crate::browser::{self, File, FileList};
use crate::components::{Art, Button, Notice, Tone};
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::text::portal::imports;
use leptos::prelude::*;
use shared::api::imports::ImportView;

/// What the upload is doing.
#[derive(Clone, PartialEq)]
enum Upload {
    /// Waiting for a file.
    Idle,
    /// This much of it has been sent: name, and per mille.
    Sending(String, u32),
}

/// The place for the file. Calls `on_preview` with what the server read.
#[component]
pub fn DropZone(
    /// Called with the preview.
    #[prop(into)]
    on_preview: Callback<ImportView>,
) -> impl IntoView {
    let upload = RwSignal::new(Upload::Idle);
    let hovering = RwSignal::new(false);
    let refused = RwSignal::new(false);
    let send = Action::new(move |file: &File| {
        let file = file.clone();
        async move { send(file, upload).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(Some(preview))) = send.value().get() {
            on_preview.run(preview);
        }
    });
    let take = move |files: Option<FileList>| {
        let Some(file) = files.and_then(|files| files.get(0)) else { return };
        refused.set(content_type(&file.name()).is_none());
        if !refused.get_untracked() {
            send.dispatch(file);
        }
    };
    let failure = move || send.value().get().and_then(Result::err);
    view! {
        <div
            class="drop"
            class:over=hovering
            data-test="drop"
            on:dragover=move |event| { event.prevent_default(); hovering.set(true); }
            on:dragleave=move |_| hovering.set(false)
            on:drop=move |event| {
                event.prevent_default();
                hovering.set(false);
                take(event.data_transfer().and_then(|data| data.files()));
            }
        >
            {move || match upload.get() {
                Upload::Idle => waiting(take).into_any(),
                Upload::Sending(file, share) => view! { <Sending file share/> }.into_any(),
            }}
        </div>
        {move || refused.get().then(|| view! { <Notice tone=Tone::Danger title=imports::WRONG_KIND text=imports::WRONG_KIND_WHY/> })}
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}

async fn send(file: File, upload: RwSignal<Upload>) -> Result<Option<ImportView>, ApiFailure> {
    let name = file.name();
    let Some(kind) = content_type(&name) else { return Ok(None) };
    upload.set(Upload::Sending(name.clone(), 0));
    let told = move |sent: f64, all: f64| {
        let _ = upload.try_set(Upload::Sending(name.clone(), per_mille(sent, all)));
    };
    let answer = api::post_body::<ImportView>("/api/v1/imports", kind, file.into(), told).await;
    let _ = upload.try_set(Upload::Idle);
    answer.map(Some)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000 before")]
fn per_mille(sent: f64, all: f64) -> u32 {
    if all > 0.0 { (sent / all * 1000.0).clamp(0.0, 1000.0) as u32 } else { 0 }
}

fn waiting(take: impl Fn(Option<FileList>) + Copy + 'static) -> impl IntoView {
    let example = move |_| browser::download(imports::EXAMPLE_NAME, "text/csv", imports::EXAMPLE_FILE);
    view! {
        <Art name="art-empty"/>
        <h2>{imports::DROP}</h2>
        <p class="note">{imports::KINDS}</p>
        <div class="actions">
            <label class="button primary">
                {imports::CHOOSE_FILE}
                <input class="hide" type="file" accept=".csv,.txt,.jsonl,.ndjson,.json" data-test="file" on:change=move |event| take(browser::chosen_files(&event))/>
            </label>
            <Button on_press=example>{imports::EXAMPLE}</Button>
        </div>
    }
}

#[component]
fn Sending(file: String, share: u32) -> impl IntoView {
    let words = if share >= 1000 { imports::READING } else { imports::UPLOADING };
    view! {
        <div class="meter-line">
            <p class="row" role="status"><span>{words}" "{file}</span><span>{share / 10}"%"</span></p>
            <progress max="1000" value=share.to_string() aria-label=words></progress>
        </div>
    }
}
