//! The connect page for people who read another language than English (I7, C6, N11).

use rekey_tests::browser::{Browser, Stage};
use rekey_tests::demo::Link;
use serde_json::{Value, json};
use thirtyfour::Key;

const ANNA: &str = "anna.berg@contoso.com";
const BACKUP: &str = "backup@contoso.com";
/// A phone's width, in pixels.
const PHONE: u32 = 360;

async fn modern(stage: &Stage) -> Link {
    let sets = stage.demo.api("/api/v1/backup-sets?limit=100").await;
    let all = sets["items"].as_array().expect("backup sets");
    let ids: Vec<&Value> = all.iter().filter(|set| set["external_id"] == "CON-015").map(|set| &set["id"]).collect();
    let made = stage.demo.post("/api/v1/authorizations", json!({ "backup_sets": ids, "method": "modern" })).await;
    let authorization = made["id"].as_str().unwrap_or_else(|| panic!("not made: {made}")).to_owned();
    stage.demo.new_link(&authorization).await
}

async fn language(window: &Browser) -> String {
    window.script("return document.documentElement.lang", Vec::new()).await.convert().expect("a language")
}

/// I7: a German administrator reads German from the link to the receipt, permissions and steps included, and fetches one
/// file of texts.
#[tokio::test]
async fn i7_a_german_administrator_reads_german_to_the_end() {
    let stage = Stage::with_sample().await;
    let link = modern(&stage).await;
    let window = stage.browser().await;
    window.speaks("de-AT,de;q=0.9,en;q=0.5").await;
    window.open(&link.url).await;
    let asked = window.sees_page("asked").await;
    for words in ["möchte Microsoft 365 von Contoso", "Was in Ihrem Mandanten geschieht", "Sonst werden", "Globaler"] {
        assert!(asked.contains(words), "{words}: {asked}");
    }
    for words in ["Without it", "Asked by", "{"] {
        assert!(!asked.contains(words), "{words}: {asked}");
    }
    assert_eq!(language(&window).await, "de");
    let texts =
        "return performance.getEntriesByType('resource').map(one => one.name).filter(name => name.endsWith('.txt'))";
    let texts: Vec<String> = window.script(texts, Vec::new()).await.convert().expect("names");
    let mut files = texts.clone();
    files.dedup();
    assert!(files.len() == 1 && texts[0].contains("/assets/de-"), "{texts:?}");
    window.portraits("connect-de-asked", PHONE).await;
    window.is_accessible("asked in German").await;

    window.presses("go").await;
    window.sign_in_as(&stage.demo.account(ANNA)).await;
    let review = window.sees_page("review").await;
    assert!(review.contains("Prüfen, dann speichern"), "{review}");
    window.portraits("connect-de-review", PHONE).await;
    window.presses("save").await;
    let done = window.sees_page("done").await;
    assert!(done.contains("braucht kein Kennwort mehr") && done.contains("Zertifikat wird eingetragen"), "{done}");
    window.portraits("connect-de-done", PHONE).await;
}

/// I7: the switch speaks at once, lasts to the end of the trip to Microsoft and back, and leaves nothing but a word.
#[tokio::test]
async fn i7_the_chosen_language_survives_the_trip_and_a_reload() {
    let stage = Stage::with_sample().await;
    let link = stage.demo.link_for(&[BACKUP]).await;
    let window = stage.browser().await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    window.click("[data-press=language][lang=ja]").await;
    let asked = window.read(".connect[data-page=asked] main", "バックアップ").await;
    assert!(asked.contains("許されないこと") && !asked.contains("What it may not do"), "{asked}");
    assert_eq!(language(&window).await, "ja");
    assert!(!window.address().await.contains("ja"), "the address says nothing of it");
    window.portraits("connect-ja-asked", PHONE).await;
    window.presses("go").await;
    window.sign_in_as(&stage.demo.account(BACKUP)).await;
    let review = window.sees_page("review").await;
    assert!(review.contains("確認して保存してください"), "{review}");
    window.portraits("connect-ja-review", PHONE).await;
    window.holds_no_secret("in Japanese").await;
    window.reload().await;
    let again = window.sees_page("asked").await;
    assert!(again.contains("もう一度サインインしてください"), "{again}");

    // A remedy of the server's, by its code: another file, fetched only now.
    let stranger = stage.browser().await;
    stranger.speaks("fr").await;
    stranger.open("/connect#no-such-link").await;
    let dead = stranger.sees_page("dead_link").await;
    assert!(dead.contains("Ce lien ne fonctionne plus"), "{dead}");
    stranger.portraits("connect-fr-dead", PHONE).await;
}

/// C6, N11: by keyboard alone somebody passes the link on with words, and finds what the security team asks.
#[tokio::test]
async fn c6_n11_words_to_pass_on_and_a_page_for_the_security_team() {
    let stage = Stage::with_sample().await;
    let link = modern(&stage).await;
    let window = stage.browser().await;
    window.speaks("es").await;
    window.open(&link.url).await;
    window.sees_page("asked").await;
    window.tab_to("details:last-of-type > summary").await;
    window.press(Key::Enter).await;
    let message = window.read(".message", "pide acceso").await;
    assert!(message.contains(&link.url) && message.contains("Contoso"), "{message}");
    window.portraits("connect-es-hand-off", PHONE).await;
    window.tab_to("[data-press=security]").await;
    window.press(Key::Enter).await;
    let page = window.read(".connect main", "Qué se conserva").await;
    for words in ["Mail.Read", "graph.microsoft.com", "AppRoleAssignment.ReadWrite.All", "365, 180", "90 minutos"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains('{'), "{page}");
    window.has_focus("h1").await;
    window.is_accessible("for the security team").await;
    window.portraits("connect-es-security", PHONE).await;
    window.execute("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    assert_eq!(window.count(".context").await, 1);
    let hidden = "return !document.querySelector('.context').checkVisibility()";
    assert!(window.script(hidden, Vec::new()).await.convert::<bool>().expect("an answer"), "the panel is printed");
    window.snapshot("connect-es-security-print").await;
    window.execute("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
    window.tab_to("[data-press=close]").await;
    window.press(Key::Enter).await;
    window.see("[data-press=go]").await;
}
