//! Items 1-11, 50: the authorize endpoint and its pages.

use rekey_emulator::scenario::CoopMode;

use crate::driver::{CHALLENGE, Landing};
use crate::world::{ADMIN, CONTOSO, FABRIKAM, LEE, MFA, PERSONAL, TOM, World};

#[tokio::test]
async fn item43_one_prompt_covers_page_and_api_and_the_whole_road_works() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    let landing = browser.open(http.authorize("contoso.com", &[])).await;
    let page = browser.sign_in(&landing.page(), TOM, "pw-tom").await.page();
    assert!(page.has("data-scope=\"access\"") && page.has("data-scope=\"User.Read\""), "{}", page.html);
    let back = browser.accept(&page).await.back();
    assert_eq!(back.fields["state"], "s t/a&te");
    let tokens = http.redeem("contoso.com", &back.fields["code"], true, &[]).await.ok();
    let api_token = tokens.text("access_token");
    let graph = http.on_behalf_of("contoso.com", &world.credential, &api_token, "User.Read offline_access").await.ok();
    let refreshed =
        http.refresh_confidential("contoso.com", &world.credential, &graph.text("refresh_token")).await.ok();
    let me = http.graph("v1.0/me", &refreshed.text("access_token")).await.ok();
    assert_eq!(me.text("userPrincipalName"), TOM);
    let again = browser.open(http.authorize("contoso.com", &[])).await;
    assert!(matches!(again, Landing::Back(_)), "a second sign-in asks nothing");
}

#[tokio::test]
async fn item1_every_kind_of_tenant_is_served_and_an_unknown_one_is_a_page() {
    let world = World::new().await;
    let http = world.http();
    for tenant in ["organizations", "common", "contoso.com", "CONTOSO.onmicrosoft.com", &CONTOSO.to_string()] {
        let back = world.browser().walk(http.authorize(tenant, &[]), TOM, "pw-tom").await.back();
        assert!(back.fields.contains_key("code"), "{tenant}: {:?}", back.fields);
    }
    let page = world.browser().open(http.authorize("nobody.example", &[])).await.page();
    assert_eq!(page.error_code(), Some(90_002));
}

#[tokio::test]
async fn item1_authorize_takes_post_too() {
    let world = World::new().await;
    let mut url = world.http().authorize("contoso.com", &[]);
    let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    url.set_query(None);
    let response = world.http().client.post(url).form(&fields).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().contains("name=\"password\""));
}

#[tokio::test]
async fn item2_unknown_client_and_unregistered_redirect_are_pages() {
    let world = World::new().await;
    let http = world.http();
    let open =
        async |changes: &[(&str, &str)]| world.browser().open(http.authorize("contoso.com", changes)).await.page();
    let page = open(&[("client_id", "00000000-0000-4000-8000-000000000099")]).await;
    assert_eq!(page.error_code(), Some(700_016));
    assert!(page.has("id=\"correlation-id\"") && page.has("id=\"trace-id\"") && page.has("id=\"timestamp\""));
    assert_eq!(open(&[("redirect_uri", "https://evil.example/callback")]).await.error_code(), Some(50_011));
    assert_eq!(open(&[("redirect_uri", "https://app.example/CALLBACK")]).await.error_code(), Some(50_011));
    assert_eq!(open(&[("client_id", "")]).await.error_code(), Some(900_144));
}

#[tokio::test]
async fn item3_a_redirect_without_a_path_comes_back_with_a_slash() {
    let world = World::new().await;
    let url = world.http().authorize("contoso.com", &[("redirect_uri", "https://bare.example")]);
    let back = world.browser().walk(url, TOM, "pw-tom").await.back();
    assert!(back.location.starts_with("https://bare.example/?code="), "{}", back.location);
}

#[tokio::test]
async fn item4_a_challenge_of_the_wrong_size_is_501491() {
    let world = World::new().await;
    let url = world.http().authorize("contoso.com", &[("code_challenge", &CHALLENGE[1..])]);
    let (error, description) = world.browser().open(url).await.error();
    assert_eq!(error, "invalid_request");
    assert!(description.starts_with("AADSTS501491:"), "{description}");
}

#[tokio::test]
async fn item5_errors_after_the_redirect_check_go_back_with_the_state() {
    let world = World::new().await;
    let http = world.http();
    let cases = [
        (("response_type", "token"), "unsupported_response_type", "AADSTS700054:"),
        (("scope", ""), "invalid_request", "AADSTS900144:"),
        (("scope", "openid bad*scope"), "invalid_scope", "AADSTS70011:"),
        (("prompt", "maybe"), "invalid_request", "AADSTS90023:"),
        (("claims", "{"), "invalid_request", "AADSTS9002313:"),
    ];
    for (change, error, code) in cases {
        let back = world.browser().open(http.authorize("contoso.com", &[change])).await.back();
        assert_eq!(back.fields["error"], error, "{:?}", back.fields);
        assert!(back.fields["error_description"].starts_with(code), "{:?}", back.fields);
        assert_eq!(back.fields["state"], "s t/a&te");
        assert!(back.fields["error_description"].contains("\r\nTrace ID: "));
        assert!(back.fields["error_description"].contains("\r\nCorrelation ID: "));
        assert!(back.fields["error_description"].ends_with('Z'));
    }
    let changes = [("response_type", "token"), ("response_mode", "fragment")];
    let back = world.browser().open(http.authorize("contoso.com", &changes)).await.back();
    assert!(back.location.contains("/callback#error="), "{}", back.location);
}

#[tokio::test]
async fn item6_prompt_none_without_session_consent_or_choice() {
    let world = World::new().await;
    let http = world.http();
    let silent = || http.authorize("contoso.com", &[("prompt", "none")]);
    let mut browser = world.browser();
    let (error, description) = browser.open(silent()).await.error();
    assert_eq!(error, "login_required");
    assert!(description.starts_with("AADSTS50058:"));
    let landing = browser.open(http.authorize("contoso.com", &[])).await;
    browser.sign_in(&landing.page(), TOM, "pw-tom").await.page();
    let (error, description) = browser.open(silent()).await.error();
    assert_eq!(error, "interaction_required");
    assert!(description.starts_with("AADSTS65001:"), "{description}");
    browser.walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    browser.open(silent()).await.code();
    browser
        .walk(http.authorize("contoso.com", &[("prompt", "login"), ("login_hint", ADMIN)]), ADMIN, "pw-anna")
        .await
        .code();
    let (error, description) = browser.open(silent()).await.error();
    assert_eq!(error, "interaction_required");
    assert!(description.starts_with("AADSTS16000:"), "{description}");
    browser.open(http.authorize("contoso.com", &[("prompt", "none"), ("login_hint", TOM)])).await.code();
}

#[tokio::test]
async fn item7_declining_comes_back_as_access_denied() {
    let world = World::new().await;
    let mut browser = world.browser();
    let landing = browser.open(world.http().authorize("contoso.com", &[])).await;
    let page = browser.sign_in(&landing.page(), TOM, "pw-tom").await.page();
    let back = browser.decline(&page).await.back();
    assert_eq!(back.fields["error"], "access_denied");
    assert_eq!(back.fields["error_subcode"], "cancel");
    assert!(back.fields["error_description"].starts_with("AADSTS65004:"));
    assert_eq!(back.fields["state"], "s t/a&te");
    assert!(world.emulator.grants().is_empty());
}

#[tokio::test]
async fn item8_response_modes_and_fields() {
    let world = World::new().await;
    let http = world.http();
    for (mode, mark) in [("query", "?code="), ("fragment", "#code=")] {
        let url = http.authorize("contoso.com", &[("response_mode", mode), ("client_info", "1")]);
        let back = world.browser().walk(url, TOM, "pw-tom").await.back();
        assert!(back.location.contains(&format!("/callback{mark}")), "{}", back.location);
        let names: Vec<&str> = back.fields.keys().map(String::as_str).collect();
        assert_eq!(names, ["client_info", "code", "session_state", "state"]);
    }
    let back = world.browser().walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.back();
    assert!(!back.fields.contains_key("client_info"));
    let url = http.authorize("contoso.com", &[("response_mode", "form_post")]);
    let page = world.browser().walk(url, TOM, "pw-tom").await.page();
    assert_eq!(page.attribute("name=\"state\"", "value").as_deref(), Some("s t/a&te"));
    assert!(page.has("action=\"https://app.example/callback\"") && page.has("/_assets/form-post.js"));
}

#[tokio::test]
async fn item9_pages_cannot_be_framed_and_coop_is_per_application() {
    for (mode, header) in [
        (CoopMode::Off, None),
        (CoopMode::ReportOnly, Some("cross-origin-opener-policy-report-only")),
        (CoopMode::Enforce, Some("cross-origin-opener-policy")),
    ] {
        let world = World::with(|scenario| scenario.applications[0].coop_enforcement = mode).await;
        let page = world.browser().open(world.http().authorize("contoso.com", &[])).await.page();
        assert_eq!(page.headers["x-frame-options"], "DENY");
        let sent = page.headers.keys().find(|name| name.as_str().starts_with("cross-origin-opener"));
        assert_eq!(sent.map(reqwest::header::HeaderName::as_str), header);
    }
}

#[tokio::test]
async fn item11_the_state_is_returned_unchanged() {
    let world = World::new().await;
    let state = "a+b%20c&d=e#f\u{e9}";
    let url = world.http().authorize("contoso.com", &[("state", state)]);
    assert_eq!(world.browser().walk(url, TOM, "pw-tom").await.back().fields["state"], state);
}

#[tokio::test]
async fn select_account_always_offers_the_accounts_and_another() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    browser.walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let page = browser.open(http.authorize("contoso.com", &[("prompt", "select_account")])).await.page();
    assert!(page.has("id=\"use-another\""));
    let form = browser.submit(&page, "/common/login", &[("another", "1")]).await.page();
    assert!(form.has("name=\"username\"") && form.has("id=\"sign-in\""));
    let page = browser.open(http.authorize("contoso.com", &[("prompt", "select_account")])).await.page();
    browser.pick(&page, TOM).await.code();
    let page = browser.open(http.authorize("contoso.com", &[("prompt", "select_account")])).await.page();
    let form = browser.pick(&page, ADMIN).await.page();
    assert_eq!(form.attribute("name=\"username\"", "value").as_deref(), Some(ADMIN));
}

#[tokio::test]
async fn prompt_login_asks_for_the_password_again() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    browser.walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let url = http.authorize("contoso.com", &[("prompt", "login"), ("login_hint", TOM)]);
    let page = browser.open(url).await.page();
    assert!(page.has("name=\"password\""));
    browser.sign_in(&page, TOM, "pw-tom").await.code();
}

#[tokio::test]
async fn passwords_and_codes_are_checked() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    let page = browser.open(http.authorize("contoso.com", &[])).await.page();
    let page = browser.sign_in(&page, "nobody@contoso.com", "x").await.page();
    assert_eq!(page.error_code(), Some(50_034));
    let page = browser.sign_in(&page, MFA, "wrong").await.page();
    assert_eq!(page.error_code(), Some(50_126));
    let page = browser.sign_in(&page, MFA, "pw-max").await.page();
    assert!(page.has("name=\"code\"") && page.has("href=\"/_phone\""));
    let page = browser.verify(&page, "000000x").await.page();
    assert_eq!(page.error_code(), Some(500_121));
    let code = world.emulator.totp_code(MFA).unwrap();
    let page = browser.verify(&page, &code).await.page();
    browser.accept(&page).await.code();
    let phone = http.get("/_phone").await;
    assert!(phone.body.as_str().unwrap().contains(&format!("data-code-of=\"{MFA}\"")));
}

#[tokio::test]
async fn a_form_from_another_browser_is_refused() {
    let world = World::new().await;
    let http = world.http();
    let page = world.browser().open(http.authorize("contoso.com", &[])).await.page();
    let mut thief = world.browser();
    thief.open(http.authorize("contoso.com", &[])).await.page();
    assert_eq!(thief.sign_in(&page, TOM, "pw-tom").await.page().error_code(), Some(165_000));
}

#[tokio::test]
async fn item50_foreign_personal_and_guest_accounts() {
    let world = World::new().await;
    let http = world.http();
    let at = async |tenant: &str, username: &str, password: &str| {
        let mut browser = world.browser();
        let page = browser.open(http.authorize(tenant, &[])).await.page();
        browser.sign_in(&page, username, password).await.page()
    };
    let page = at("fabrikam.com", TOM, "pw-tom").await;
    assert_eq!(page.error_code(), Some(50_020));
    assert!(page.has("id=\"use-another\""));
    assert_eq!(at("contoso.com", PERSONAL, "pw-ida").await.error_code(), Some(50_020));
    assert_eq!(at("organizations", PERSONAL, "pw-ida").await.error_code(), Some(500_200));
    assert_eq!(at("common", PERSONAL, "pw-ida").await.error_code(), Some(500_200));
    let code = world.browser().walk(http.authorize("contoso.com", &[]), LEE, "pw-lee").await.code();
    let tokens = http.redeem("contoso.com", &code, true, &[]).await.ok();
    let id = crate::assertion::claims(&tokens.text("id_token"));
    assert_eq!(id["acct"], 1);
    assert_eq!(id["tid"], CONTOSO.to_string());
    assert_eq!(id["idp"], format!("https://sts.windows.net/{FABRIKAM}/"));
    let access = crate::assertion::claims(&tokens.text("access_token"));
    assert_eq!(access["oid"], id["oid"]);
    let code = world.browser().walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let member = http.redeem("contoso.com", &code, true, &[]).await.ok();
    let member = crate::assertion::claims(&member.text("id_token"));
    assert_eq!(member["acct"], 0);
    assert!(member.get("idp").is_none());
}

#[tokio::test]
async fn a_single_tenant_application_is_refused_elsewhere() {
    let world = World::with(|scenario| scenario.applications[0].multi_tenant = false).await;
    let http = world.http();
    let open = async |tenant: &str| world.browser().open(http.authorize(tenant, &[])).await.page().error_code();
    assert_eq!(open("organizations").await, Some(50_194));
    assert_eq!(open("contoso.com").await, Some(700_016));
    assert_eq!(open("fabrikam.com").await, None);
}

#[tokio::test]
async fn logout_ends_the_session() {
    let world = World::new().await;
    let http = world.http();
    let mut browser = world.browser();
    browser.walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let mut url = http.login.join("/contoso.com/oauth2/v2.0/logout").unwrap();
    url.set_query(Some("post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"));
    assert_eq!(browser.open(url).await.back().location, "https://app.example/callback");
    let (error, _) = browser.open(http.authorize("contoso.com", &[("prompt", "none")])).await.error();
    assert_eq!(error, "login_required");
}
