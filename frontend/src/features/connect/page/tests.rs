use super::*;
use crate::api::ApiFailure;
use crate::features::connect::machine::Note;
use crate::features::connect::machine::fixtures::{person, view};
use crate::features::connect::stop::Stop;
use shared::api::authorizations::{StepState, StepView};
use shared::api::problem::{Help, HelpAction, MicrosoftIds};

const HOST: &str = "rekey.example";
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

fn at(phase: Phase, state: SignInState) -> Tag {
    page(&State { phase, view: Some(view(state)), note: Note::None }, None, HOST)
}

fn settled(state: SignInState) -> Tag {
    at(Phase::Settled(Note::None), state)
}

fn presses(page: &Tag) -> Vec<String> {
    let buttons = page.find_all("button");
    buttons.iter().filter_map(|button| button.attribute("data-press")).map(str::to_owned).collect()
}

fn told(text: &str) -> Stop {
    let ids = MicrosoftIds { aadsts: Some(53003), trace_id: Some("trace".into()), ..MicrosoftIds::default() };
    Stop::Told(Box::new(Help {
        code: "aadsts_53003".into(),
        title: text.into(),
        text: text.into(),
        action: HelpAction::ChangeDevice,
        ids,
    }))
}

fn every_stop() -> Vec<Stop> {
    vec![
        Stop::DeadLink(ApiFailure::Network),
        Stop::MicrosoftOffline,
        Stop::NoMemory,
        Stop::ForeignAnswer,
        Stop::WrongAnswer("nonce"),
        Stop::Declined { at_consent: false, ids: MicrosoftIds::default() },
        Stop::Declined { at_consent: true, ids: MicrosoftIds::default() },
        Stop::WrongTenant(person("x@fabrikam.com")),
        Stop::PersonalAccount,
        Stop::Guest(person("g@fabrikam.com")),
        Stop::Refused(ApiFailure::Network),
        told("t"),
    ]
}

#[test]
fn a8_every_page_that_stops_has_one_heading_and_a_way_to_start_over() {
    for stop in every_stop() {
        let page = at(Phase::Stopped(stop.clone()), SignInState::Waiting);
        assert_eq!(page.find_all("h1").len(), 1, "{stop:?}");
        assert!(presses(&page).contains(&"over".to_owned()), "{stop:?}");
    }
    for state in
        [SignInState::ConsentNeeded, SignInState::ClaimsNeeded, SignInState::ApprovalNeeded, SignInState::Failed]
    {
        let page = settled(state);
        assert_eq!(page.find_all("h1").len(), 1, "{state:?}");
        assert!(presses(&page).contains(&"over".to_owned()), "{state:?}");
    }
}

#[test]
fn c2_the_rights_and_their_reasons_stand_before_the_consent() {
    let text = settled(SignInState::ConsentNeeded).text();
    for words in ["Mail.Read", "Read your mail", "Mail sets.", "Without it mail is not backed up."] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn f6_the_review_says_who_of_which_tenant_and_which_sets_change() {
    let page = at(Phase::Review(person("anna@contoso.com")), SignInState::Waiting);
    let text = page.text();
    for words in
        ["anna@contoso.com", "Tenant contoso.com", "2 backup sets", "Basic", "Hybrid", "Mail – Anna", "OneDrive – Anna"]
    {
        assert!(text.contains(words), "{words}");
    }
    assert_eq!(presses(&page), ["go", "save", "over"]);
}

#[test]
fn b12_a_busy_page_has_no_button_that_can_be_pressed() {
    let page = at(Phase::Saving(person("anna@contoso.com")), SignInState::Waiting);
    for button in page.find_all("button") {
        assert_eq!(button.attribute("aria-disabled"), Some("true"));
    }
}

#[test]
fn a6_the_wrong_tenant_is_shown_beside_the_right_one() {
    let text = at(Phase::Stopped(Stop::WrongTenant(person("x@fabrikam.com"))), SignInState::Waiting).text();
    for words in ["Contoso", "contoso.com", "x@fabrikam.com", "Nothing was stored"] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn j3_the_ids_can_be_copied_with_the_remedy_above_them() {
    let page = at(Phase::Stopped(told("Contoso’s rules")), SignInState::Waiting);
    assert!(page.text().contains("AADSTS53003"));
    let buttons = page.find_all("button");
    let copy = buttons.iter().find(|button| button.attribute("data-press") == Some("copy")).unwrap();
    let copied = copy.attribute("data-value").unwrap();
    assert!(copied.contains("AADSTS53003") && copied.contains("Trace id: trace"));
}

#[test]
fn b11_what_others_wrote_is_text() {
    let mut hostile = view(SignInState::Working);
    hostile.customer = HOSTILE.into();
    hostile.organization = HOSTILE.into();
    hostile.sign_in.account = HOSTILE.into();
    hostile.sign_in.steps = vec![StepView {
        code: "received".into(),
        title: HOSTILE.into(),
        state: StepState::Failed,
        detail: Some(HOSTILE.into()),
    }];
    let state = State { phase: Phase::Settled(Note::None), view: Some(hostile.clone()), note: Note::None };
    let working = page(&state, None, HOST);
    assert!(working.find_all("img").is_empty() && working.text().contains(HOSTILE));
    let stopped =
        page(&State { phase: Phase::Stopped(told(HOSTILE)), view: Some(hostile), note: Note::None }, None, HOST);
    assert!(stopped.find_all("img").is_empty() && stopped.text().contains(HOSTILE));
}

#[test]
fn c6_an_approval_shows_the_link_to_pass_on() {
    let mut waiting = view(SignInState::ApprovalNeeded);
    waiting.sign_in.approval_url = Some("https://login.example/adminconsent".into());
    let state = State { phase: Phase::Settled(Note::None), view: Some(waiting), note: Note::None };
    let page = page(&state, None, HOST);
    let inputs = page.find_all("input");
    assert_eq!(inputs[0].attribute("value"), Some("https://login.example/adminconsent"));
    assert!(presses(&page).contains(&"check".to_owned()));
}
