use super::fixtures::{modern, person, sign_in, view};
use super::*;
use shared::api::problem::Problem;

fn problem(code: &str) -> ApiFailure {
    ApiFailure::Problem(Box::new(Problem {
        title: "t".into(),
        status: 409,
        code: code.into(),
        detail: "d".into(),
        field: None,
        request_id: "r".into(),
        microsoft: None,
    }))
}

fn at(phase: Phase, state: SignInState) -> State {
    State { phase, view: Some(view(state)), note: Note::None }
}

fn returning() -> State {
    at(Phase::Returning, SignInState::Waiting)
}

fn review() -> State {
    at(Phase::Review(person("anna@contoso.com")), SignInState::Waiting)
}

#[test]
fn b13_opening_reads_and_watches_and_starts_nothing() {
    let (state, effects) = State::new(Phase::Opening, Note::None).on(Event::Viewed(Ok(view(SignInState::Waiting))));
    assert_eq!(state.phase, Phase::Settled(Note::None));
    assert_eq!(effects, [Effect::Watch]);
}

#[test]
fn a_dead_link_and_no_network_are_different_pages() {
    let open = || State::new(Phase::Opening, Note::None);
    let (state, _) = open().on(Event::Viewed(Err(problem("link_expired"))));
    assert!(matches!(state.phase, Phase::Stopped(Stop::DeadLink(_))));
    let (state, _) = open().on(Event::Viewed(Err(ApiFailure::Network)));
    assert_eq!(state.phase, Phase::Stopped(Stop::Offline));
    let (state, effects) = state.on(Event::StartOver);
    assert_eq!((state.phase, effects), (Phase::Opening, vec![Effect::Forget, Effect::Read]));
}

#[test]
fn b12_a_double_click_starts_one_attempt() {
    let settled = at(Phase::Settled(Note::None), SignInState::Waiting);
    let (state, first) = settled.on(Event::Go);
    assert_eq!(first, [Effect::Forget, Effect::Leave(sign_in(1))]);
    let (state, second) = state.on(Event::Go);
    assert!(second.is_empty() && state.is_busy());
    let (state, _) = state.on(Event::AttemptMade(Ok(())));
    assert_eq!(state.phase, Phase::Leaving);
}

#[test]
fn b12_a_double_click_saves_once() {
    let (state, first) = review().on(Event::Save);
    assert_eq!(first, [Effect::Save]);
    let (_, second) = state.on(Event::Save);
    assert!(second.is_empty());
}

#[test]
fn f7_only_save_sends_tokens() {
    for event in [Event::Go, Event::GoOn, Event::Check, Event::StartOver, Event::Hidden, Event::Shown] {
        let (_, effects) = review().on(event);
        assert!(!effects.contains(&Effect::Save));
    }
}

#[test]
fn b9_every_way_out_of_review_forgets_the_tokens() {
    for event in [Event::Go, Event::StartOver, Event::Hidden, Event::Shown, Event::Pick(sign_in(2))] {
        let name = format!("{event:?}");
        let (state, effects) = review().on(event);
        assert!(effects.contains(&Effect::Forget), "{name}");
        assert!(!matches!(state.phase, Phase::Review(_)), "{name}");
    }
}

#[test]
fn a_right_account_is_reviewed_and_another_one_is_doubted() {
    let (state, _) = returning().on(Event::SignedIn(person("ANNA@contoso.com")));
    assert!(matches!(state.phase, Phase::Review(_)));
    let (state, effects) = returning().on(Event::SignedIn(person("ben@contoso.com")));
    assert!(matches!(state.phase, Phase::Doubt(_)) && effects.is_empty());
    let (state, effects) = state.on(Event::GoOn);
    assert!(matches!(state.phase, Phase::Review(_)) && effects.is_empty());
}

#[test]
fn a6_another_tenant_and_a_guest_stop_here() {
    let mut stranger = person("anna@contoso.com");
    stranger.tenant = shared::id::PERSONAL_ACCOUNTS;
    let (state, effects) = returning().on(Event::SignedIn(stranger));
    assert!(matches!(state.phase, Phase::Stopped(Stop::WrongTenant(_))));
    assert_eq!(effects, [Effect::Forget]);
    let mut guest = person("anna@contoso.com");
    guest.is_guest = true;
    let (state, effects) = returning().on(Event::SignedIn(guest));
    assert!(matches!(state.phase, Phase::Stopped(Stop::Guest(_))));
    assert_eq!(effects, [Effect::Forget]);
}

#[test]
fn a_sign_in_without_a_readable_view_is_forgotten() {
    let (state, effects) = returning().on(Event::Viewed(Err(problem("attempt_closed"))));
    assert!(matches!(state.phase, Phase::Stopped(Stop::DeadLink(_))));
    assert_eq!(effects, [Effect::Forget]);
    let (_, effects) = state.on(Event::SignedIn(person("anna@contoso.com")));
    assert_eq!(effects, [Effect::Forget]);
}

#[test]
fn b12_a_lost_save_may_be_sent_again_and_is_not_asked_from_the_start() {
    let (state, _) = review().on(Event::Save);
    let (state, effects) = state.on(Event::Saved(Err(ApiFailure::Network)));
    assert!(matches!(state.phase, Phase::Unanswered(_)) && effects.is_empty());
    let (state, effects) = state.clone().on(Event::Save);
    assert_eq!(effects, [Effect::Save]);
    let (state, effects) = state.on(Event::Saved(Ok(view(SignInState::Working))));
    assert_eq!((state.phase, effects), (Phase::Settled(Note::None), vec![Effect::Forget]));
}

#[test]
fn a_lost_save_that_arrived_shows_the_work() {
    let (state, _) = review().on(Event::Save);
    let (state, _) = state.on(Event::Saved(Err(ApiFailure::Network)));
    let (state, effects) = state.on(Event::Live(view(SignInState::Working)));
    assert_eq!((state.phase, effects), (Phase::Settled(Note::None), vec![Effect::Forget]));
}

#[test]
fn a_refused_save_asks_whether_the_server_went_on() {
    let refused = || {
        let (state, _) = review().on(Event::Save);
        let (state, effects) = state.on(Event::Saved(Err(problem("claims_needed"))));
        assert_eq!(effects, [Effect::Forget, Effect::Read]);
        state
    };
    let (state, _) = refused().on(Event::Viewed(Ok(view(SignInState::ClaimsNeeded))));
    assert_eq!(state.phase, Phase::Settled(Note::None));
    let (state, _) = refused().on(Event::Viewed(Ok(view(SignInState::Waiting))));
    assert_eq!(state.phase, Phase::Settled(Note::None), "asked for claims, whatever the view says");
    let (state, _) = review().on(Event::Save);
    let (state, _) = state.on(Event::Saved(Err(problem("token_refused"))));
    let (state, _) = state.on(Event::Viewed(Ok(view(SignInState::Waiting))));
    assert!(matches!(state.phase, Phase::Stopped(Stop::Refused(_))));
}

#[test]
fn a_second_round_is_reviewed_although_the_server_still_waits_for_it() {
    let (state, _) = at(Phase::Returning, SignInState::ClaimsNeeded).on(Event::SignedIn(person("anna@contoso.com")));
    let (state, effects) = state.on(Event::Live(view(SignInState::ClaimsNeeded)));
    assert!(matches!(state.phase, Phase::Review(_)) && effects.is_empty());
    let (state, _) = state.on(Event::Save);
    let (state, _) = state.on(Event::Live(view(SignInState::Working)));
    assert_eq!(state.phase, Phase::Settled(Note::None));
    let (_, effects) = state.on(Event::Saved(Ok(view(SignInState::Working))));
    assert!(effects.is_empty(), "the stream was faster");
}

#[test]
fn a11_an_attempt_refused_because_another_tab_saved_shows_the_work() {
    let (state, _) = at(Phase::Settled(Note::None), SignInState::Waiting).on(Event::Go);
    let (state, effects) = state.on(Event::AttemptMade(Err(Stop::Refused(problem("save_running")))));
    assert_eq!(effects, [Effect::Read]);
    let (state, _) = state.on(Event::Viewed(Ok(view(SignInState::Working))));
    assert_eq!(state.page(), at(Phase::Settled(Note::None), SignInState::Working).page());
}

#[test]
fn c6_an_approval_is_checked_and_moves_on() {
    let (state, effects) = at(Phase::Settled(Note::None), SignInState::ApprovalNeeded).on(Event::Check);
    assert_eq!(effects, [Effect::Continue]);
    let (state, _) = state.on(Event::Continued(Ok(view(SignInState::Working))));
    assert_eq!(state.phase, Phase::Settled(Note::None));
    let (state, _) = state.on(Event::Live(view(SignInState::Done)));
    assert_eq!(state.view.map(|view| view.sign_in.state), Some(SignInState::Done));
}

#[test]
fn a_consent_carries_on_with_the_save_that_was_pressed() {
    let (state, effects) = returning().on(Event::Consented);
    assert_eq!(effects, [Effect::Continue]);
    let (_, again) = state.on(Event::Consented);
    assert!(again.is_empty());
}

#[test]
fn a8_starting_over_forgets_a_save_that_waits_for_somebody() {
    use SignInState::{ApprovalNeeded, ClaimsNeeded, ConsentNeeded, Failed};
    for state in [ConsentNeeded, ClaimsNeeded, ApprovalNeeded, Failed] {
        let (state, effects) = at(Phase::Settled(Note::None), state).on(Event::StartOver);
        assert_eq!((state.phase, effects), (Phase::Opening, vec![Effect::Forget, Effect::Anew(sign_in(1))]));
    }
    let (_, effects) = at(Phase::Stopped(Stop::PersonalAccount), SignInState::Waiting).on(Event::StartOver);
    assert_eq!(effects, [Effect::Forget, Effect::Read]);
}

#[test]
fn older_views_and_other_sign_ins_are_ignored() {
    let state = at(Phase::Settled(Note::None), SignInState::Working);
    let mut old = view(SignInState::Waiting);
    old.version = 2;
    let (state, _) = state.on(Event::Live(old));
    let mut other = view(SignInState::Done);
    other.sign_in.id = sign_in(2);
    let (state, _) = state.on(Event::Live(other));
    assert_eq!(state.view.map(|view| view.sign_in.state), Some(SignInState::Working));
}

#[test]
fn a11_back_reload_and_memory_never_leave_the_page_stuck() {
    for phase in [Phase::Leaving, Phase::Starting(Some(Note::None)), Phase::Saving(person("a@b.c")), Phase::Returning] {
        let (state, effects) = at(phase, SignInState::Waiting).on(Event::Shown);
        assert_eq!((state.phase, effects), (Phase::Opening, vec![Effect::Forget, Effect::Read]));
    }
    let forgotten = State::new(Phase::Opening, Note::Forgotten);
    let (state, _) = forgotten.on(Event::Viewed(Ok(view(SignInState::Waiting))));
    assert_eq!(state.phase, Phase::Settled(Note::Forgotten));
}

#[test]
fn the_queue_goes_on_with_whoever_still_waits() {
    let state = at(Phase::Settled(Note::None), SignInState::Done);
    assert_eq!(state.next(), Some(sign_in(2)));
    let (state, effects) = state.on(Event::Pick(sign_in(2)));
    assert_eq!(effects, [Effect::Forget, Effect::Pick(sign_in(2))]);
    assert!(state.is_busy());
    let mut all_done = view(SignInState::Done);
    all_done.queue.iter_mut().for_each(|item| item.state = SignInState::Done);
    assert_eq!(State { view: Some(all_done), ..state }.next(), None);
}

#[test]
fn what_cannot_be_started_is_not() {
    for state in [SignInState::Working, SignInState::Done, SignInState::Cancelled] {
        let (_, effects) = at(Phase::Settled(Note::None), state).on(Event::Go);
        assert!(effects.is_empty(), "{state:?}");
    }
    let consent = modern(SignInState::ApprovalNeeded);
    let waiting = State { phase: Phase::Settled(Note::None), view: Some(consent), note: Note::None };
    assert!(waiting.on(Event::Go).1.is_empty(), "modern: Microsoft's page has an address of its own");
}

#[test]
fn c6_who_waits_for_an_administrator_may_try_to_agree_themselves() {
    let (state, effects) = at(Phase::Settled(Note::None), SignInState::ApprovalNeeded).on(Event::Go);
    assert_eq!(effects, [Effect::Forget, Effect::Leave(sign_in(1))]);
    assert!(state.is_busy());
}

#[test]
fn a_page_changes_its_key_only_when_it_is_another_page() {
    let working = at(Phase::Settled(Note::None), SignInState::Working);
    let mut newer = view(SignInState::Working);
    newer.version = 4;
    let key = working.page();
    let (state, _) = working.on(Event::Live(newer));
    assert_eq!(state.page(), key);
    let (state, _) = state.on(Event::Live(View::done()));
    assert_ne!(state.page(), key);
    let (saving, _) = review().on(Event::Save);
    assert_eq!(saving.page(), review().page(), "the button becomes busy where it is");
}

struct View;

impl View {
    fn done() -> ConnectView {
        let mut done = view(SignInState::Done);
        done.version = 5;
        done
    }
}
