//! One channel: how it is, its deliveries, what goes there, its secret, its end.

use crate::api;
use crate::components::Moment;
use crate::features::channels::{ChoiceForm, DeliveryLog, Failing, Removal, Rotation};
use crate::features::page::{PageHead, load};
use crate::remote::Remote;
use crate::router::use_params_map;
use crate::text::portal::channels;
use leptos::prelude::*;
use shared::api::channels::{ChannelKind, ChannelView};

/// The page of one channel.
#[component]
pub fn Channel() -> impl IntoView {
    let params = use_params_map();
    let channel = Remote::new(move || {
        let id = params.read().get("id").unwrap_or_default();
        async move { api::get::<ChannelView>(&format!("/api/v1/channels/{id}")).await }
    });
    view! { <div class="page">{load(channel, 8, show)}</div> }
}

/// The headline follows what becomes of deliveries; forms stay as they are being filled in.
fn show(channel: ChannelView) -> AnyView {
    let id = channel.id.to_string();
    let news = RwSignal::new(0_u32);
    let again = Callback::new(move |()| news.update(|news| *news = news.wrapping_add(1)));
    let newer = RwSignal::new(channel.clone());
    let path = format!("/api/v1/channels/{id}");
    let look = Remote::new(move || {
        let (path, first) = (path.clone(), news.get() == 0);
        async move { if first { None } else { api::get::<ChannelView>(&path).await.ok() } }
    });
    Effect::new(move |_| {
        if let Some(Some(channel)) = look.get() {
            newer.set(channel);
        }
    });
    let until = channel.previous_secret_until;
    let secret = (channel.kind == ChannelKind::Webhook).then(|| view! { <Rotation channel=id.clone() until/> });
    view! {
        {move || head(&newer.get())}
        {move || view! { <Failing since=newer.read().failing_since/> }}
        <DeliveryLog channel=id.clone() news on_change=again/>
        <section class="section" aria-labelledby="choice">
            <header><h2 id="choice">{channels::CHOICE}</h2></header>
            <ChoiceForm channel/>
        </section>
        {secret}
        <Removal channel=id/>
    }
    .into_any()
}

fn head(channel: &ChannelView) -> impl IntoView + use<> {
    let crumbs = vec![(channels::TITLE.to_owned(), "/notifications".to_owned())];
    let sub = view! {
        {channels::kind(channel.kind)}", "<span class="mono thumbprint">{channel.address.clone()}</span>". "
        <span class="faint">{channel.created_by.clone()}", "<Moment at=channel.created_at/></span>
    };
    view! { <PageHead title=channels::place(channel) heading=channels::headline(channel) crumbs sub=sub.into_any()/> }
}
