//! Rekey inside other companies' consoles, in real Chromium with partitioned storage and no third-party cookies (I1 to I11,
//! E1 to E10, A7 to A9, N1). Each page around is one row of what can stand in the way.

use rekey_tests::{
    browser::{Browser, Stage},
    host::Host,
};
use serde_json::json;

const BACKUP: &str = "backup@contoso.com";
const PRIYA: &str = "priya.shah@contoso.com";

/// A console's page with the script and the element; what it hears is written down in `heard`.
fn page(stage: &Stage, organization: &str, session: &str) -> String {
    let portal = &stage.demo.ready.portal;
    format!(
        "<!doctype html><html lang=en><title>Console</title><script type=module src='{portal}/embed.js'></script>\
         <h1>Console</h1><rekey-connect organization='{organization}'></rekey-connect>\
         <script type=module>window.heard = [];const element = document.querySelector('rekey-connect');\
         for (const name of ['ready', 'state', 'authorized', 'failed', 'closed'])\
         element.addEventListener(name, event => heard.push(name + ' ' + JSON.stringify(event.detail)));\
         element.session = '{session}';</script>"
    )
}

/// A page with a frame of its own making, in which the element's part is played by hand.
fn bare_page(stage: &Stage, organization: &str, session: &str, attributes: &str) -> String {
    let portal = &stage.demo.ready.portal;
    format!(
        "<!doctype html><html lang=en><title>Console</title><h1>Console</h1>\
         <script>window.heard = [];addEventListener('message', event => event.origin === '{portal}' && \
         heard.push(event.data.type + ' ' + JSON.stringify(event.data)));\
         function begin(frame) {{ frame.contentWindow.postMessage({{ rekey: 1, type: 'start', session: '{session}', \
         theme: 'light' }}, '{portal}'); }}</script>\
         <iframe {attributes} onload='begin(this)' style='width:400px;height:700px' src='{portal}/embed/{organization}'></iframe>"
    )
}

/// Signs in and saves in the window that has opened, and turns back to the console.
async fn sign_in_there(stage: &Stage, person: &Browser, account: &str) {
    person.sees_page("asked").await;
    person.presses("go").await;
    person.sign_in_as(&stage.demo.account(account)).await;
    person.sees_page("review").await;
    person.presses("save").await;
    person.sees_page("done").await;
}

/// The demo's console: its people authorize without leaving it, and the frame learns the result through the server.
#[tokio::test]
async fn i1_i3_i6_a7_b8_e3_e4_the_demos_console_authorizes_in_a_frame() {
    let stage = Stage::with_sample().await;
    let person = stage.browser().await;
    person.open(&stage.demo.ready.console).await;
    person.enter_frame().await;
    let words = person.sees_frame("ready").await;
    assert!(words.contains("Contoso Ltd") && words.contains("14 backup sets need a sign-in"), "{words}");
    person.is_accessible("the frame").await;
    person.leave_frame().await;
    person.portraits("embed-console", 390).await;
    person.enter_frame().await;
    person.presses("go").await;
    let (console, window) = person.opened_window().await;
    let words = person.sees_page("asked").await;
    assert!(words.contains("console.localhost") && words.contains("Northwind"), "who asks is named: {words}");
    person.holds_no_secret("a window that was opened").await;
    sign_in_there(&stage, &person, BACKUP).await;
    person.turn_to(&console).await;
    person.enter_frame().await;
    // The other account's sign-in waits; its part is told already.
    person.sees_frame("opened").await;
    person.presses("over").await;
    person.read(".frame[data-state=ready]", "6 backup sets need a sign-in").await;
    person.leave_frame().await;
    person.read("body", "moved: 8, waiting: 6").await;
    person.turn_to(&window).await;
    assert_eq!(stage.demo.audited("embed_popup.tied").await, 1);
    assert_eq!(stage.demo.audited("embed_popup.wrong_code").await, 0);
}

/// Microsoft's page severs the window from its opener, for good: nothing depends on it (finding 2; table rows I2, I8 and L1).
#[tokio::test]
async fn i3_e4_n1_sign_in_pages_with_coop_do_not_matter() {
    let stage = Stage::with_sample().await;
    stage.demo.sever_openers().await;
    let host = Host::start().await;
    let person = stage.browser().await;
    for (origin, account) in [(host.origin("plain"), BACKUP), (host.address(), PRIYA)] {
        let organization = stage.demo.allow_origin(&origin).await;
        let session = stage.demo.embed_session(&origin, account, "hybrid").await;
        host.put("/", &[], &page(&stage, &organization, &session));
        person.open(&origin).await;
        person.enter_frame().await;
        person.sees_frame("ready").await;
        person.presses("go").await;
        let (console, _) = person.opened_window().await;
        sign_in_there(&stage, &person, account).await;
        person.close_tab().await;
        person.turn_to(&console).await;
        person.enter_frame().await;
        let words = person.sees_frame("done").await;
        assert!(words.contains("no longer need a password") && words.contains(account), "{words}");
        person.is_accessible("the end").await;
        person.leave_frame().await;
        let heard = person.console_hears("authorized").await;
        assert!(heard.iter().any(|one| one.starts_with("ready ")), "{heard:?}");
        let all = heard.join("\n");
        assert!(!all.contains(&session) && !all.contains(account), "messages carry neither secrets nor names: {all}");
    }
    person.snapshot("embed-done").await;
}

/// The console's own page severs the window (COOP `same-origin`): six digits tie it to its frame (row I10). And a window's address
/// works once.
#[tokio::test]
async fn a9_e4_n1_a_console_with_coop_needs_the_typed_code() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let origin = host.origin("strict");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, BACKUP, "hybrid").await;
    host.put("/", &[("cross-origin-opener-policy", "same-origin")], &page(&stage, &organization, &session));
    let person = stage.browser().await;
    person.open(&origin).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    person.presses("go").await;
    person.sees_frame("opened").await;
    let code = person.read(".pair output", " ").await;
    person.is_accessible("the code").await;
    let address = person.script("return document.querySelector('.notice a').href", Vec::new()).await;
    let address: String = address.convert().expect("an address");
    person.leave_frame().await;
    person.snapshot("embed-code").await;
    let (console, _) = person.opened_window().await;
    let words = person.read("[data-window=popup_code] main", "").await;
    assert!(
        words.contains("Northwind Managed IT (northwind.example)") && words.contains("strict.localhost"),
        "{words}"
    );
    person.is_accessible("the window").await;
    person.snapshot("embed-window").await;
    person.fill("#code", "12").await;
    person.presses("code").await;
    person.read(".wrong", "six digits").await;
    let wrong = if code.starts_with('0') { "100000" } else { "000000" };
    person.fill("#code", wrong).await;
    person.presses("code").await;
    person.read(".wrong", "Tries left: 2").await;
    // With the space as it is shown, and by keyboard.
    person.fill("#code", &code).await;
    person.press("\u{e007}").await;
    sign_in_there(&stage, &person, BACKUP).await;
    person.turn_to(&console).await;
    person.enter_frame().await;
    person.sees_frame("done").await;
    person.leave_frame().await;
    // The address again, in somebody else's browser.
    let stranger = stage.browser().await;
    stranger.open(&address).await;
    let words = stranger.read("[data-window=popup_dead] main", "").await;
    assert!(words.contains("Nothing was stored"), "{words}");
}

/// Finding 6: an address that is mailed to somebody else opens nothing without the digits, and three guesses end it.
#[tokio::test]
async fn e4_t12_a_mailed_address_opens_nothing_and_guesses_end_it() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let origin = host.origin("evil");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, BACKUP, "hybrid").await;
    host.put("/", &[("cross-origin-opener-policy", "same-origin")], &page(&stage, &organization, &session));
    let attacker = stage.browser().await;
    attacker.open(&origin).await;
    attacker.enter_frame().await;
    attacker.sees_frame("ready").await;
    attacker.presses("go").await;
    attacker.sees_frame("opened").await;
    attacker.read(".pair output", " ").await;
    let address = attacker.script("return document.querySelector('.notice a').href", Vec::new()).await;
    let address: String = address.convert().expect("an address");
    // A page of the attacker's opens it, so that there is an opener: of another origin, it hears nothing.
    let lure = format!(
        "<!doctype html><title>Lure</title><button onclick=\"window.open('{address}')\">Win</button>\
         <script>window.heard = [];addEventListener('message', event => heard.push('message ' + JSON.stringify(event.data)))</script>"
    );
    host.put("/lure", &[], &lure);
    let victim = stage.browser().await;
    victim.open(&format!("{origin}/lure")).await;
    victim.click("button").await;
    let (page, window) = victim.opened_window().await;
    victim.read("[data-window=popup_code] main", "close this window").await;
    assert_eq!(victim.count("[data-press=go]").await, 0, "nothing to go on with");
    victim.turn_to(&page).await;
    let heard: Vec<String> = victim.script("return window.heard", Vec::new()).await.convert().expect("a list");
    assert_eq!(heard, Vec::<String>::new(), "nothing is said to a foreign opener (E6)");
    victim.turn_to(&window).await;
    for guess in ["111111", "222222", "333333"] {
        victim.fill("#code", guess).await;
        victim.presses("code").await;
        if guess != "333333" {
            victim.read(".wrong", "Tries left").await;
        }
    }
    victim.read("[data-window=popup_dead] main", "Nothing was stored").await;
    assert_eq!(stage.demo.audited("embed_popup.wrong_code").await, 3);
    attacker.read("body", "three times").await;
    // With the digits too: the page names the console, and the tenant is bound beforehand.
    attacker.presses("over").await;
    attacker.sees_frame("ready").await;
    attacker.presses("go").await;
    let code = attacker.read(".pair output", " ").await;
    let address = attacker.script("return document.querySelector('.notice a').href", Vec::new()).await;
    let address: String = address.convert().expect("an address");
    victim.open(&address).await;
    victim.see("#code").await;
    victim.fill("#code", &code).await;
    victim.presses("code").await;
    let words = victim.sees_page("asked").await;
    assert!(words.contains("evil.localhost") && words.contains("Northwind"), "{words}");
    victim.presses("go").await;
    victim.type_password(&stage.demo.account("kim.larsen@adatum.com")).await;
    victim.read("#error-code", "50020").await;
    assert_eq!(stage.demo.audited("sign_in.saved").await, 0);
}

/// A browser that blocks the window: noticed at once, and a link to the hosted page does instead (A7 to A9, I9; row I12).
#[tokio::test]
async fn a7_a9_a_blocked_window_is_noticed_at_once() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let origin = host.origin("plain");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, BACKUP, "hybrid").await;
    host.put("/", &[], &page(&stage, &organization, &session));
    let person = stage.browser().await;
    person.open(&origin).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    // Without a person's hand, Chromium blocks.
    person.script("document.querySelector('[data-press=go]').click()", Vec::new()).await;
    let words = person.sees_frame("opened").await;
    assert!(words.contains("No window?"), "{words}");
    assert_eq!(person.windows().await, 1);
    let code = person.read(".pair output", " ").await;
    person.click(".notice a").await;
    let (console, window) = person.opened_window().await;
    person.read("[data-window=popup_code] main", "").await;
    person.fill("#code", &code).await;
    person.presses("code").await;
    person.sees_page("asked").await;
    // Closed before anything was done: said as a hint, and starting over is free (A8).
    person.turn_to(&window).await;
    person.close_tab().await;
    person.turn_to(&console).await;
    person.enter_frame().await;
    person.presses("over").await;
    person.sees_frame("ready").await;
    person.presses("go").await;
    let (console, _) = person.opened_window().await;
    person.sees_page("asked").await;
    person.close_tab().await;
    person.turn_to(&console).await;
    person.console_hears("closed").await;
    person.enter_frame().await;
    person.read("main", "seems to be closed").await;
}

/// Sandboxes: each missing flag is named, and nothing runs where it is not safe (E9; rows B1 to B4).
#[tokio::test]
async fn e9_i10_sandboxes_are_refused_or_explained() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let origin = host.origin("boxed");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, BACKUP, "hybrid").await;
    for (path, flags) in [
        ("/nothing", ""),
        ("/scripts", "allow-scripts"),
        ("/no-popups", "allow-scripts allow-same-origin"),
        ("/no-escape", "allow-scripts allow-same-origin allow-popups"),
        ("/escape", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"),
    ] {
        host.put(path, &[], &bare_page(&stage, &organization, &session, &format!("sandbox='{flags}'")));
    }
    let person = stage.browser().await;
    for path in ["/nothing", "/scripts"] {
        person.open(&format!("{origin}{path}")).await;
        person.enter_frame().await;
        person.read("body", "allow-same-origin").await;
        assert_eq!(person.count("button").await, 0, "{path}");
        assert_eq!(person.asked_of_the_server().await, Vec::<String>::new(), "{path}: the secret is not used");
    }
    person.open(&format!("{origin}/no-popups")).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    person.presses("go").await;
    person.read("main", "allow-popups-to-escape-sandbox").await;
    assert_eq!(person.windows().await, 1);
    person.leave_frame().await;
    person.console_hears("failed").await;

    person.open(&format!("{origin}/no-escape")).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    person.presses("go").await;
    let (console, _) = person.opened_window().await;
    person.read("[data-window=popup_locked] main", "allow-popups-to-escape-sandbox").await;
    person.close_tab().await;
    person.turn_to(&console).await;
    person.enter_frame().await;
    person.read("main", "allow-popups-to-escape-sandbox").await;

    person.open(&format!("{origin}/escape")).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    person.presses("go").await;
    person.opened_window().await;
    person.sees_page("asked").await;
}

/// Pages that may not: another origin than the session's, one that is not registered, none at all.
#[tokio::test]
async fn e1_e5_i4_i5_wrong_pages_around_are_refused() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let (good, other) = (host.origin("good"), host.origin("other"));
    let organization = stage.demo.allow_origin(&good).await;
    stage.demo.allow_origin(&other).await;
    let session = stage.demo.embed_session(&good, BACKUP, "hybrid").await;
    host.put("/", &[], &page(&stage, &organization, &session));
    host.put("/dead", &[], &page(&stage, &organization, "no-such-session"));
    let person = stage.browser().await;
    // Registered, and not the one that the session was made for: it learns nothing of the sets.
    person.open(&other).await;
    person.enter_frame().await;
    let words = person.sees_frame("origin_mismatch").await;
    assert!(words.contains(&good) && words.contains(&other) && !words.contains("Contoso"), "{words}");
    person.leave_frame().await;
    let heard = person.console_hears("failed").await;
    assert!(heard.iter().any(|one| one.contains("origin_mismatch")), "{heard:?}");
    // A sub-domain, a name that only ends alike: the browser does not show the frame at all.
    for name in ["sub.good", "notgood"] {
        person.open(&host.origin(name)).await;
        person.sees_no_frame().await;
    }
    person.leave_frame().await;
    let heard = person.console_hears("failed").await.join("");
    assert!(heard.contains("frame_silent") && !heard.contains("ready"), "{heard}");
    // A console's page that is itself in a sandbox has no origin.
    let boxed = [("content-security-policy", "sandbox allow-scripts allow-popups")];
    host.put("/null", &boxed, &page(&stage, &organization, &session));
    person.open(&format!("{good}/null")).await;
    person.sees_no_frame().await;
    // Another organization's frame with this one's session.
    let foreign = page(&stage, "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b", &session);
    host.put("/foreign", &[], &foreign);
    person.open(&format!("{good}/foreign")).await;
    person.sees_no_frame().await;
    person.open(&format!("{good}/dead")).await;
    person.enter_frame().await;
    person.sees_frame("session_over").await;
    person.leave_frame().await;
    // By itself, in a window of its own.
    person.open(&format!("/embed/{organization}")).await;
    person.sees_frame("not_framed").await;
}

/// Floods and fakes: a hundred thousand messages cause no request and no stall, and nobody believes them (E5, E7, E8).
#[tokio::test]
async fn e5_e6_e7_e8_floods_and_fake_messages_change_nothing() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let origin = host.origin("flood");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, BACKUP, "hybrid").await;
    host.put("/", &[], &page(&stage, &organization, &session));
    let person = stage.browser().await;
    person.open(&origin).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    person.leave_frame().await;
    person.enter_frame().await;
    let before = person.asked_of_the_server().await;
    assert!(before.iter().any(|path| path.ends_with("/api/v1/embed")), "{before:?}");
    person.leave_frame().await;
    let flood = "const frame = document.querySelector('rekey-connect').shadowRoot.querySelector('iframe').contentWindow;\
        for (let n = 0; n < 100000; n++) frame.postMessage(n % 3 ? { rekey: 1, type: n % 3 === 1 ? 'authorized' : 'challenge', \
        challenge: 'x'.repeat(43), session: 'y' } : 'noise ' + n, '*'); return true";
    person.script(flood, Vec::new()).await;
    person.enter_frame().await;
    // Heard to the end: afterwards the frame answers a click at once.
    let stall = "const done = arguments[arguments.length - 1]; let last = performance.now(), worst = 0, left = 50;\
        const look = () => { const now = performance.now(); worst = Math.max(worst, now - last); last = now; \
        if (left-- > 0) setTimeout(look, 0); else done(worst); }; look();";
    let worst = person.waits_for_script(stall).await;
    println!("the longest stall of the frame after a flood: {worst:.0} ms");
    person.sees_frame("ready").await;
    assert_eq!(person.asked_of_the_server().await, before, "messages caused requests");
    // Fakes to the console: of the right form, from a window that is not the frame.
    person.leave_frame().await;
    let fake = "window.postMessage({ rekey: 1, type: 'authorized', authorization: 'x', moved: 5 }, '*');\
        return new Promise(done => setTimeout(() => done(heard.filter(one => one.startsWith('authorized')).length), 50))";
    let believed: i64 = person.script(fake, Vec::new()).await.convert().expect("a number");
    assert_eq!(believed, 0);
}

/// Click-jacking: an overlay can make somebody press the button, and nothing comes of it but the connect page, which says who
/// asks and cannot be framed itself (E2, E10).
#[tokio::test]
async fn e2_e3_e10_nothing_is_granted_inside_a_frame() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let origin = host.origin("overlay");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, BACKUP, "hybrid").await;
    host.put("/", &[], &page(&stage, &organization, &session));
    let portal = &stage.demo.ready.portal;
    let framed = format!("<!doctype html><title>Framed</title><iframe src='{portal}/connect/embed#x'></iframe>");
    host.put("/framed", &[], &framed);
    let person = stage.browser().await;
    person.open(&origin).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    person.presses("go").await;
    person.opened_window().await;
    person.sees_page("asked").await;
    assert_eq!(stage.demo.audited("sign_in.saved").await, 0);
    // The connect page in a frame: the browser shows nothing of it.
    person.open(&format!("{origin}/framed")).await;
    person.enter_frame().await;
    assert_eq!(person.count(".connect").await, 0);
}

/// The self-test names what is wrong with a page, in plain words (I10, N1).
#[tokio::test]
async fn i10_n1_the_self_test_names_what_is_wrong() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let (good, bad) = (host.origin("fine"), host.origin("unknown"));
    let organization = stage.demo.allow_origin(&good).await;
    let portal = &stage.demo.ready.portal;
    let html = format!(
        "<!doctype html><html lang=en><title>Test</title><script type=module src='{portal}/embed.js'></script><h1>Test</h1>\
         <rekey-connect self-test organization='{organization}'></rekey-connect>"
    );
    host.put("/", &[], &html);
    let policy = format!("default-src 'self'; script-src 'self' {portal}; connect-src 'self' {portal}");
    host.put("/strict", &[("content-security-policy", &policy), ("cross-origin-opener-policy", "same-origin")], &html);
    let person = stage.browser().await;
    let findings = "const { selfTest } = await import(arguments[0] + '/embed-test.js');\
        return (await selfTest(arguments[0], arguments[1])).map(one => (one.ok ? '+' : '-') + one.code)";
    let of = async |address: &str| -> Vec<String> {
        person.open(address).await;
        person.script(findings, vec![json!(portal), json!(organization)]).await.convert().expect("findings")
    };
    let found = of(&good).await;
    assert!(
        found.contains(&"+origin_registered".to_owned()) && !found.iter().any(|one| one.starts_with('-')),
        "{found:?}"
    );
    let found = of(&bad).await;
    assert!(found.contains(&"-origin_registered".to_owned()), "{found:?}");
    let found = of(&format!("{good}/strict")).await;
    assert!(found.contains(&"-csp".to_owned()) && found.contains(&"-coop".to_owned()), "{found:?}");
    person.open(&bad).await;
    let script = "return document.querySelector('rekey-connect').shadowRoot.textContent";
    person
        .within("the finding in words", || async {
            let shown: String = person.script(script, Vec::new()).await.convert().ok()?;
            shown.contains("registered").then_some(())
        })
        .await;
}

/// The look follows the console: theme, language and accent (I7).
#[tokio::test]
async fn i7_i8_the_frame_takes_theme_language_and_accent() {
    let stage = Stage::with_sample().await;
    let host = Host::start().await;
    let origin = host.origin("look");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, BACKUP, "modern").await;
    host.put("/", &[], &page(&stage, &organization, &session));
    let person = stage.browser().await;
    person.look(360, 800, "light").await;
    person.open(&origin).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    person.leave_frame().await;
    let set = "const element = document.querySelector('rekey-connect'); element.setAttribute('theme', 'dark');\
        element.setAttribute('language', 'de'); element.setAttribute('accent', '#8a1c4a'); return true";
    person.script(set, Vec::new()).await;
    person.enter_frame().await;
    person.read("main", "Zugriff erlauben").await;
    let look = "return [document.documentElement.dataset.theme, document.documentElement.lang, \
        getComputedStyle(document.querySelector('.button.primary')).backgroundColor]";
    person
        .within("dark, German and the accent", || async {
            let found: Vec<String> = person.script(look, Vec::new()).await.convert().ok()?;
            (found == ["dark", "de", "rgb(138, 28, 74)"]).then_some(())
        })
        .await;
    person.is_accessible("dark, German, with an accent").await;
    let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let over: i64 = person.script(wide, Vec::new()).await.convert().expect("a number");
    assert!(over <= 0, "{over} px too wide");
    person.leave_frame().await;
    person.snapshot("embed-german-dark").await;
    let height = "return document.querySelector('rekey-connect').shadowRoot.querySelector('iframe').offsetHeight";
    let height: i64 = person.script(height, Vec::new()).await.convert().expect("a height");
    assert!((300..1200).contains(&height), "the frame is as high as what it shows: {height}");
}

/// A member registers the origin of a console in the portal, and takes the lines for its page from there (I5).
#[tokio::test]
async fn i5_e1_a_member_registers_an_origin_and_takes_the_snippet() {
    let stage = Stage::with_sample().await;
    let owner = stage.browser().await;
    owner.enter_portal(&stage.demo.account(&stage.demo.ready.owner_sign_in)).await;
    owner.open("/consoles").await;
    owner.read("h1", "1 console may show").await;
    owner.fill("#console-origin", "https://*.halden.example").await;
    owner.click("[data-test=add-console]").await;
    owner.read("[data-test=add-console-form]", "no pattern").await;
    owner.fill("#console-origin", "https://console.halden.example/").await;
    owner.click("[data-test=add-console]").await;
    owner.read("h1", "2 consoles may show").await;
    owner.read("[data-test=consoles]", "https://console.halden.example").await;
    let snippet = "return document.querySelector('[data-test=console-developers] textarea').value";
    let snippet: String = owner.script(snippet, Vec::new()).await.convert().expect("the snippet");
    let told = stage.demo.file(&format!("{}/embed.json", stage.demo.ready.portal)).await;
    let told: serde_json::Value = serde_json::from_slice(&told).expect("JSON");
    for part in [&told["integrity"], &told["url"]] {
        assert!(snippet.contains(part.as_str().expect("a text")), "{snippet}");
    }
    owner.is_accessible("consoles").await;
    owner.portraits("consoles", 390).await;
    // Another site, with exactly these lines: the browser takes the script by its hash.
    let host = Host::start().await;
    let origin = host.origin("snippet");
    let organization = stage.demo.allow_origin(&origin).await;
    let session = stage.demo.embed_session(&origin, BACKUP, "hybrid").await;
    let start = format!("<script type=module>document.querySelector('rekey-connect').session = '{session}'</script>");
    host.put("/", &[], &format!("<!doctype html><html lang=en><title>Console</title>{snippet}{start}"));
    let person = stage.browser().await;
    person.open(&origin).await;
    person.enter_frame().await;
    person.sees_frame("ready").await;
    assert!(snippet.contains(&organization), "{snippet}");
    // Removed: its session is over within seconds, and the frame is not shown again.
    owner.open("/consoles").await;
    owner.read("[data-test=consoles]", "snippet.localhost").await;
    let press = "[...document.querySelectorAll('[data-test=console]')].find(row => row.textContent.includes('snippet'))\
        .querySelector('[data-test=remove-console]').click()";
    owner.script(press, Vec::new()).await;
    owner.click("[data-test=remove-console-sure]").await;
    owner.read("h1", "2 consoles may show").await;
    person.sees_frame("session_over").await;
    person.leave_frame().await;
    person.reload().await;
    person.sees_no_frame().await;
}
