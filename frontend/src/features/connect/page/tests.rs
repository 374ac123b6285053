use super::*;
use crate::api::ApiFailure;
use crate::features::connect::machine::fixtures::{modern, person, view};
use crate::features::connect::machine::{Event, Note};
use crate::features::connect::stop::Stop;
use crate::text::connect as words;
use shared::api::authorizations::{AuthorizationKind, StepState, StepView};
use shared::api::connect::ConnectApp;
use shared::api::problem::{Help, HelpAction, MicrosoftIds};

const HERE: Here<'_> =
    Here { copied: None, host: "rekey.example", link: None, until: "noon", can_share: false, is_security: false };
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

fn at(phase: Phase, state: SignInState) -> Tag {
    page(&State { phase, view: Some(view(state)), note: Note::None }, HERE)
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
    let working = page(&state, HERE);
    assert!(working.find_all("img").is_empty() && working.text().contains(HOSTILE));
    let stopped = page(&State { phase: Phase::Stopped(told(HOSTILE)), view: Some(hostile), note: Note::None }, HERE);
    assert!(stopped.find_all("img").is_empty() && stopped.text().contains(HOSTILE));
}

#[test]
fn c6_an_approval_shows_the_link_to_pass_on() {
    let mut waiting = view(SignInState::ApprovalNeeded);
    waiting.sign_in.approval_url = Some("https://login.example/adminconsent".into());
    let state = State { phase: Phase::Settled(Note::None), view: Some(waiting), note: Note::None };
    let page = page(&state, HERE);
    let inputs = page.find_all("input");
    assert_eq!(inputs[0].attribute("value"), Some("https://login.example/adminconsent"));
    assert_eq!(presses(&page), ["copy", "check", "over", "go"]);
}

#[test]
fn c6_whose_organization_says_no_still_has_the_administrators_link() {
    let mut waiting = view(SignInState::ApprovalNeeded);
    waiting.sign_in.approval_url = Some("https://login.example/adminconsent".into());
    let stop = Stop::Declined { at_consent: true, ids: MicrosoftIds::default() };
    let page = page(&State { phase: Phase::Stopped(stop), view: Some(waiting), note: Note::None }, HERE);
    assert_eq!(page.find_all("input")[0].attribute("value"), Some("https://login.example/adminconsent"));
}

fn modern_page(change: impl FnOnce(&mut ConnectView), here: Here<'_>) -> Tag {
    let mut view = modern(SignInState::Waiting);
    change(&mut view);
    page(&State { phase: Phase::Settled(Note::None), view: Some(view), note: Note::None }, here)
}

fn remedy(code: &str, action: HelpAction) -> Help {
    let ids = MicrosoftIds { correlation_id: Some("corr".into()), ..MicrosoftIds::default() };
    Help {
        code: code.into(),
        title: "Microsoft says no".into(),
        text: "It needs a Global Administrator.".into(),
        action,
        ids,
    }
}

#[test]
fn c5_modern_says_who_must_sign_in_and_what_happens_in_the_tenant() {
    let view = modern(SignInState::Waiting);
    assert!(words::asked_title(&view).contains("Northwind back up Contoso’s Microsoft 365"));
    assert!(words::whom_small(&view).contains("Global Administrator"));
    let text: String = asked::rights(decision(), &view).text();
    for words in ["nobody sees it", "listed here are granted", "removed at the end", "Act as you", "Mail.Read"] {
        assert!(text.contains(words), "{words}");
    }
    assert!(!text.contains("Read what the account cannot read"));
}

#[test]
fn c6_a_missing_role_has_its_own_page_with_the_link_to_pass_on() {
    let here = Here { link: Some("https://rekey.example/connect#s3cret"), ..HERE };
    let refuse = |view: &mut ConnectView| {
        view.sign_in.state = SignInState::Failed;
        view.sign_in.problem = Some(remedy("role_missing", HelpAction::AskAdministrator));
    };
    let page = modern_page(refuse, here);
    let text = page.text();
    for words in ["This needs an administrator of Contoso", "It needs a Global Administrator.", "second role", "corr"] {
        assert!(text.contains(words), "{words}");
    }
    assert_eq!(page.find_all("input")[0].attribute("value"), here.link);
    assert_eq!(presses(&page), ["copy", "go", "over", "copy"]);
    // Loaded again, the page knows its link no more.
    let later = modern_page(refuse, HERE);
    assert!(later.find_all("input").is_empty() && later.text().contains("which still works"));
    // A Save has used it up: what opens nothing any more is not passed on.
    let used = |view: &mut ConnectView| {
        refuse(view);
        view.link_used = true;
    };
    let used = modern_page(used, here);
    assert!(used.find_all("input").is_empty() && used.text().contains("is used up. Ask"), "{}", used.text());
}

#[test]
fn c5_a_refused_save_shows_the_remedy_and_the_next_person_does_not_see_it() {
    let mut refused = modern(SignInState::Waiting);
    refused.sign_in.problem = Some(remedy("role_missing", HelpAction::AskAdministrator));
    let problem = shared::api::problem::Problem {
        title: "t".into(),
        status: 403,
        code: "role_missing".into(),
        detail: "d".into(),
        field: None,
        request_id: "r".into(),
        microsoft: None,
    };
    let saving = Phase::Saving(person("ines@contoso.com"));
    let state = State { phase: saving, view: Some(modern(SignInState::Waiting)), note: Note::None };
    let (state, _) = state.on(Event::Saved(Err(ApiFailure::Problem(Box::new(problem)))));
    let (state, _) = state.on(Event::Viewed(Ok(refused.clone())));
    assert!(page(&state, HERE).text().contains("This needs an administrator of Contoso"));
    assert_eq!(asked::interrupted(&refused), None);
}

#[test]
fn c6_who_microsoft_stops_as_no_administrator_can_pass_the_link_on() {
    let stop = Stop::Declined { at_consent: false, ids: MicrosoftIds::default() };
    let view = modern(SignInState::Waiting);
    let state = State { phase: Phase::Stopped(stop), view: Some(view), note: Note::None };
    let page = page(&state, Here { link: Some("https://rekey.example/connect#s3cret"), ..HERE });
    assert_eq!(page.find_all("input")[0].attribute("value"), Some("https://rekey.example/connect#s3cret"));
    assert!(page.text().contains("If Microsoft asked for an administrator") && page.text().contains("second role"));
    assert_eq!(presses(&page), ["copy", "go", "over"]);
}

#[test]
fn g3_what_is_held_is_said_before_anything_is_pressed() {
    for mut view in [view(SignInState::Waiting), modern(SignInState::Waiting)] {
        view.sign_in.problem = Some(Help {
            code: "wave_paused".into(),
            title: "This is paused".into(),
            text: "Later.".into(),
            action: HelpAction::Wait,
            ids: MicrosoftIds::default(),
        });
        assert!(asked::interrupted(&view).is_some_and(|notice| notice.text().contains("This is paused")));
    }
}

#[test]
fn c9_an_interrupted_set_up_says_that_it_goes_on_where_it_was() {
    let mut view = modern(SignInState::Waiting);
    assert_eq!(asked::interrupted(&view), None);
    view.sign_in.problem = Some(remedy("continue_needed", HelpAction::SignInAgain));
    assert!(asked::interrupted(&view).is_some_and(|notice| notice.text().contains("Microsoft says no")));
}

#[test]
fn d2_the_administrator_consents_on_microsofts_own_page() {
    let page = modern_page(
        |view| {
            view.sign_in.state = SignInState::ApprovalNeeded;
            view.sign_in.approval_url = Some("https://login.example/consent".into());
            view.sign_in.problem = Some(remedy("consent_at_microsoft", HelpAction::AskAdministrator));
        },
        HERE,
    );
    let links = page.find_all("a");
    assert_eq!(links[0].attribute("href"), Some("https://login.example/consent"));
    assert_eq!(links[0].attribute("rel"), Some("noopener noreferrer"));
    assert!(page.text().contains("Microsoft says no") && !presses(&page).contains(&"go".to_owned()));
}

#[test]
fn d8_the_receipt_names_the_app_and_what_is_left() {
    let done = |view: &mut ConnectView| {
        view.sign_in.state = SignInState::Done;
        view.sign_in.apps = vec![ConnectApp {
            name: "Rekey Backup".into(),
            client_id: Some("0f6a2b7e-4c1d-4a98-9b53-e8d1746fa203".parse().unwrap()),
            not_after: None,
            left: vec!["the old app 1234".into()],
        }];
        view.sign_in.steps = vec![StepView {
            code: "cleaned".into(),
            title: "Access removed".into(),
            state: StepState::Slow,
            detail: None,
        }];
    };
    let page = modern_page(done, HERE);
    let text = page.text();
    for words in ["Rekey Backup", "0f6a2b7e", "the old app 1234", "is not removed yet", "no longer need a password"] {
        assert!(text.contains(words), "{words}");
    }
    assert!(presses(&page).contains(&"copy".to_owned()));
}

#[test]
fn m6_any_administrator_of_the_tenant_comes_to_the_review() {
    let state = State { phase: Phase::Returning, view: Some(modern(SignInState::Waiting)), note: Note::None };
    let (state, _) = state.on(Event::SignedIn(person("lee@contoso.com")));
    let text = page(&state, HERE).text();
    assert_eq!(state.name(), "review");
    assert!(text.contains("Rekey Backup") && !text.contains("Not the account that was asked for"), "{text}");
}

#[test]
fn d8_e7_before_saving_a_removal_and_a_renewal_say_what_they_do() {
    for (kind, said, unsaid) in [
        (AuthorizationKind::Remove, ["deleted", "backups stop", "Save and remove"], "An app is made"),
        (AuthorizationKind::UpdateConfiguration, ["stay as they are", "go on", "Save and renew"], "All together"),
    ] {
        let view = ConnectView { kind, ..modern(SignInState::Waiting) };
        let phase = Phase::Review(person("anna@contoso.com"));
        let text = page(&State { phase, view: Some(view), note: Note::None }, HERE).text();
        assert!(said.iter().all(|part| text.contains(part)) && !text.contains(unsaid), "{text}");
        assert!(!text.contains("Save and set up"), "{text}");
    }
}
