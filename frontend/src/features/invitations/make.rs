//! The form that invites somebody to one sign-in of an authorization.

use super::{made::Made, table::Pending};
use crate::api;
use crate::components::{Button, ButtonKind};
use crate::features::customers::Field;
use crate::features::page::Trouble;
use crate::features::sends_mail;
use crate::remote::{Action, Remote};
use crate::text::portal::invitations;
use leptos::prelude::*;
use shared::api::authorizations::{SignInState, SignInView};
use shared::api::invitations::{CreateInvitation, InvitationCreated, InvitationState, InvitationView};
use shared::api::page::Page;
use shared::id::{AuthorizationId, SignInId};
use shared::language::Language;

/// How long, in hours, and in words.
const LIVES: [(u32, &str); 4] =
    [(4, invitations::HOURS_4), (24, invitations::DAY_1), (72, invitations::DAYS_3), (168, invitations::DAYS_7)];

/// Invites whoever has to sign in, and shows who was invited.
#[component]
pub fn Invite(
    /// Which authorization.
    id: AuthorizationId,
    /// Its sign-ins.
    sign_ins: Signal<Vec<SignInView>>,
    /// An administrator signs in, not the holder of an account.
    for_administrator: bool,
) -> impl IntoView {
    let open = Memo::new(move |_| {
        let waits = |one: &SignInView| {
            !matches!(one.state, SignInState::Done | SignInState::Cancelled) && !one.already_connected
        };
        sign_ins.with(|all| all.iter().filter(|one| waits(one)).cloned().collect::<Vec<_>>())
    });
    let Some(first) = open.with_untracked(|open| open.first().map(|one| one.id)) else { return ().into_any() };
    let wanted = Wanted {
        sign_in: RwSignal::new(first),
        send_to: RwSignal::new(String::new()),
        hours: RwSignal::new(72),
        language: RwSignal::new(Language::En),
    };
    let listed = Remote::new(move || {
        let path = format!("/api/v1/invitations?authorization={id}&limit=20");
        async move { api::get::<Page<InvitationView>>(&path).await }
    });
    let make = Action::new(move |(): &()| {
        let body = wanted.body();
        async move {
            let path = format!("/api/v1/authorizations/{id}/invitations");
            api::post::<_, InvitationCreated>(&path, &body).await
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(_)) = make.value().get() {
            wanted.send_to.set(String::new());
            listed.refetch();
        }
    });
    let failure = Signal::derive(move || make.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("send_to")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("send_to"));
    // Whoever was chosen may have signed in meanwhile.
    Effect::new(move |_| {
        let chosen = wanted.sign_in.get();
        open.with(|open| {
            if let Some(first) = open.first().filter(|_| open.iter().all(|one| one.id != chosen)) {
                wanted.sign_in.set(first.id);
            }
        });
    });
    let form = move || {
        let open = open.get();
        let whose = (open.len() > 1).then(|| view! { <Whose sign_ins=open chosen=wanted.sign_in/> });
        view! { <Form wanted whose=whose.into_any() wrong make/> }
    };
    let why = if for_administrator { invitations::WHY_ADMINISTRATOR } else { invitations::WHY_HOLDER };
    let again = Callback::new(move |()| listed.refetch());
    let pending = move || {
        let page = listed.get().and_then(Result::ok)?;
        let open: Vec<_> = page.items.into_iter().filter(|one| one.state == InvitationState::Open).collect();
        (!open.is_empty()).then(|| view! { <Pending invitations=open on_change=again/> })
    };
    view! {
        <section class="section" aria-labelledby="invite" data-test="invite-section">
            <header><h2 id="invite">{invitations::INVITE}</h2></header>
            <p class="muted small">{why}</p>
            {move || match make.value().get().and_then(Result::ok) {
                Some(invited) => view! { <Made made=invited on_kept=move |()| make.clear()/> }.into_any(),
                None if open.with(Vec::is_empty) => ().into_any(),
                None => form().into_any(),
            }}
            {move || elsewhere().map(|failure| view! { <Trouble failure/> })}
            {pending}
        </section>
    }
    .into_any()
}

/// What is being filled in.
#[derive(Clone, Copy)]
struct Wanted {
    sign_in: RwSignal<SignInId>,
    send_to: RwSignal<String>,
    hours: RwSignal<u32>,
    language: RwSignal<Language>,
}

impl Wanted {
    fn body(self) -> CreateInvitation {
        let send_to = self.send_to.get_untracked().trim().to_owned();
        CreateInvitation {
            sign_in: Some(self.sign_in.get_untracked()),
            hours: Some(self.hours.get_untracked()),
            send_to: (!send_to.is_empty()).then_some(send_to),
            language: self.language.get_untracked(),
        }
    }
}

type Make = Action<(), Result<InvitationCreated, api::ApiFailure>>;

#[component]
fn Form(wanted: Wanted, whose: AnyView, #[prop(into)] wrong: Signal<Option<String>>, make: Make) -> impl IntoView {
    let Wanted { send_to, hours, language, .. } = wanted;
    let life = move |(value, label): (u32, &'static str)| {
        view! { <label><input type="radio" name="invitation-life" prop:checked=move || hours.get() == value on:change=move |_| hours.set(value)/>{label}</label> }
    };
    let tongue = move |one: Language| {
        view! { <option value=one.as_str() selected=move || language.get() == one lang=one.as_str()>{invitations::language(one)}</option> }
    };
    let choose = move |event| language.set(Language::parse(&event_target_value(&event)).unwrap_or_default());
    let is_mailed = Memo::new(move |_| !send_to.read().trim().is_empty());
    let label = move || {
        if make.pending().get() {
            invitations::MAKING
        } else if is_mailed.get() {
            invitations::SEND
        } else {
            invitations::MAKE
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !make.pending().get_untracked() {
            make.dispatch(());
        }
    };
    let mails = sends_mail();
    let by_mail = move || {
        mails.get().then(|| {
            view! { <Field id="invitation-mail" label=invitations::MAIL hint=invitations::MAIL_HINT value=send_to wrong/> }
        })
    };
    view! {
        <form class="stack" on:submit=submit novalidate>
            {whose}
            {by_mail}
            <div class="field" hidden=move || !is_mailed.get()>
                <label for="invitation-language">{invitations::LANGUAGE}</label>
                <select class="input" id="invitation-language" on:change=choose>{Language::ALL.map(tongue).into_iter().collect_view()}</select>
            </div>
            <fieldset class="stack tight">
                <legend class="legend">{invitations::ENDS_AFTER}</legend>
                <div class="segments">{LIVES.map(life).into_iter().collect_view()}</div>
            </fieldset>
            <div class="actions">
                <Button attr:data-test="invite" attr:r#type="submit" icon="link" kind=ButtonKind::Plain busy=make.pending() on_press=|_| ()>{label}</Button>
            </div>
        </form>
    }
}

/// Which of several people is invited.
#[component]
fn Whose(sign_ins: Vec<SignInView>, chosen: RwSignal<SignInId>) -> impl IntoView {
    let row = move |one: SignInView| {
        let id = one.id;
        view! {
            <label class="check">
                <input type="radio" name="invitation-whose" prop:checked=move || chosen.get() == id on:change=move |_| chosen.set(id)/>
                <span>{one.account}</span>
            </label>
        }
    };
    view! {
        <fieldset class="stack tight">
            <legend class="legend">{invitations::WHO}</legend>
            <div class="checks">{sign_ins.into_iter().map(row).collect_view()}</div>
        </fieldset>
    }
}
