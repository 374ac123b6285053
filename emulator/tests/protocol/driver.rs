//! A browser without a screen, and a client without a library: both only speak HTTP.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use url::Url;

use crate::assertion::{assertion_claims, ps256};
use crate::world::{API, API_URI, Credential, PAGE, PAGE_URI};

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const ORIGIN: &str = "https://app.example";

/// Where a step of the browser ended.
#[derive(Debug)]
pub enum Landing {
    /// A page of the emulator.
    Page(Page),
    /// A redirect to the application.
    Back(Back),
}

#[derive(Debug)]
pub struct Page {
    pub html: String,
    pub headers: HeaderMap,
}

/// The parameters with which the browser came back.
#[derive(Debug)]
pub struct Back {
    pub location: String,
    pub fields: BTreeMap<String, String>,
}

impl Landing {
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Back(back) => panic!("expected a page, came back with {:?}", back.fields),
        }
    }

    pub fn back(self) -> Back {
        match self {
            Self::Back(back) => back,
            Self::Page(page) => panic!("expected a redirect, got the page {}", page.html),
        }
    }

    /// The error that came back.
    pub fn error(self) -> (String, String) {
        let back = self.back();
        (back.fields["error"].clone(), back.fields["error_description"].clone())
    }

    pub fn code(self) -> String {
        self.back().fields["code"].clone()
    }
}

impl Page {
    pub fn attribute(&self, marker: &str, attribute: &str) -> Option<String> {
        let at = self.html.find(marker)?;
        let start = self.html[..at].rfind('<')?;
        let tag = &self.html[start..start + self.html[start..].find('>')?];
        let value = tag.split(&format!("{attribute}=\"")).nth(1)?;
        Some(value.split('"').next()?.replace("&amp;", "&"))
    }

    /// The number in `#error-code`.
    pub fn error_code(&self) -> Option<u32> {
        self.html.split("id=\"error-code\">").nth(1)?.split('<').next()?.parse().ok()
    }

    pub fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    fn flow(&self) -> String {
        self.attribute("name=\"flow\"", "value").expect("a form")
    }
}

pub struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
    base: Option<Url>,
}

impl Browser {
    pub fn new() -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, cookies: BTreeMap::new(), base: None }
    }

    pub async fn open(&mut self, url: Url) -> Landing {
        self.base = Some(url.join("/").unwrap());
        self.send(self.client.get(url)).await
    }

    async fn send(&mut self, request: RequestBuilder) -> Landing {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let response = request.header(COOKIE, cookies).send().await.unwrap();
        for line in response.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if let Some(location) = response.headers().get(LOCATION) {
            let location = location.to_str().unwrap().to_owned();
            let fields = location.split_once(['?', '#']).map_or("", |(_, fields)| fields);
            let fields = url::form_urlencoded::parse(fields.as_bytes()).into_owned().collect();
            return Landing::Back(Back { location, fields });
        }
        let headers = response.headers().clone();
        Landing::Page(Page { html: response.text().await.unwrap(), headers })
    }

    pub async fn submit(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Landing {
        let flow = page.flow();
        let mut all = vec![("flow", flow.as_str())];
        all.extend_from_slice(fields);
        let url = self.base.as_ref().unwrap().join(action).unwrap();
        self.send(self.client.post(url).form(&all)).await
    }

    pub async fn pick(&mut self, page: &Page, username: &str) -> Landing {
        assert!(page.has(&format!("data-account=\"{username}\"")), "{username} is not offered");
        self.submit(page, "/common/login", &[("pick", username)]).await
    }

    pub async fn sign_in(&mut self, page: &Page, username: &str, password: &str) -> Landing {
        self.submit(page, "/common/login", &[("username", username), ("password", password)]).await
    }

    pub async fn verify(&mut self, page: &Page, code: &str) -> Landing {
        self.submit(page, "/common/mfa", &[("code", code)]).await
    }

    pub async fn accept(&mut self, page: &Page) -> Landing {
        self.submit(page, "/common/consent", &[("decision", "accept")]).await
    }

    pub async fn accept_for_everybody(&mut self, page: &Page) -> Landing {
        self.submit(page, "/common/consent", &[("decision", "accept"), ("organization", "1")]).await
    }

    pub async fn decline(&mut self, page: &Page) -> Landing {
        self.submit(page, "/common/consent", &[("decision", "decline")]).await
    }

    /// Opens, signs in, accepts whatever is asked, and comes back.
    pub async fn walk(&mut self, url: Url, username: &str, password: &str) -> Landing {
        let mut landing = self.open(url).await;
        for _ in 0..4 {
            landing = match landing {
                Landing::Page(page) if page.has("name=\"password\"") => self.sign_in(&page, username, password).await,
                Landing::Page(page) if page.has("id=\"accept\"") => self.accept(&page).await,
                Landing::Page(page) if page.has(&format!("data-account=\"{username}\"")) => {
                    self.pick(&page, username).await
                }
                other => return other,
            };
        }
        landing
    }
}

/// Requests at the endpoints.
pub struct Http {
    pub login: Url,
    pub graph: Url,
    pub client: Client,
    /// Seconds since 1970 on the emulator's clock when this was made.
    pub now: i64,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    pub fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.body)).to_owned()
    }

    pub fn aadsts(&self) -> u64 {
        self.body["error_codes"][0].as_u64().unwrap_or_else(|| panic!("no error in {}", self.body))
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.body);
        self
    }

    #[track_caller]
    pub fn refused(&self, status: u16, error: &str, aadsts: u64) {
        assert_eq!((self.status, self.body["error"].as_str()), (status, Some(error)), "{}", self.body);
        assert_eq!(self.aadsts(), aadsts, "{}", self.body);
    }
}

impl Http {
    pub fn new(login: Url, graph: Url, now: i64) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { login, graph, client, now }
    }

    /// An authorize address with the page's usual parameters, changed as given; an empty value removes one.
    pub fn authorize(&self, tenant: &str, changes: &[(&str, &str)]) -> Url {
        let scope = format!("openid profile {API}/.default");
        let mut fields: BTreeMap<&str, String> = [
            ("client_id", PAGE.to_string()),
            ("response_type", "code".to_owned()),
            ("redirect_uri", PAGE_URI.to_owned()),
            ("scope", scope),
            ("state", "s t/a&te".to_owned()),
            ("nonce", "n-1".to_owned()),
            ("code_challenge", CHALLENGE.to_owned()),
            ("code_challenge_method", "S256".to_owned()),
        ]
        .into();
        for (name, value) in changes {
            if value.is_empty() {
                fields.remove(name)
            } else {
                fields.insert(name, (*value).to_owned())
            };
        }
        let mut url = self.login.join(&format!("/{tenant}/oauth2/v2.0/authorize")).unwrap();
        url.query_pairs_mut().extend_pairs(fields);
        url
    }

    pub fn token_url(&self, tenant: &str) -> String {
        self.login.join(&format!("/{tenant}/oauth2/v2.0/token")).unwrap().to_string()
    }

    pub async fn token(&self, tenant: &str, origin: bool, fields: &[(&str, &str)]) -> Answer {
        let mut request = self.client.post(self.token_url(tenant)).form(fields);
        if origin {
            request = request.header("origin", ORIGIN);
        }
        read(request).await
    }

    /// Redeems a page's code, with changes.
    pub async fn redeem(&self, tenant: &str, code: &str, origin: bool, changes: &[(&str, &str)]) -> Answer {
        let client = PAGE.to_string();
        let mut fields: BTreeMap<&str, &str> = [
            ("client_id", client.as_str()),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", PAGE_URI),
            ("code_verifier", VERIFIER),
            ("client_info", "1"),
        ]
        .into();
        for (name, value) in changes {
            if value.is_empty() {
                fields.remove(name)
            } else {
                fields.insert(name, value)
            };
        }
        self.token(tenant, origin, &fields.into_iter().collect::<Vec<_>>()).await
    }

    pub async fn on_behalf_of(&self, tenant: &str, credential: &Credential, token: &str, scope: &str) -> Answer {
        self.on_behalf_of_with(tenant, credential, token, scope, &[]).await
    }

    pub async fn on_behalf_of_with(
        &self,
        tenant: &str,
        credential: &Credential,
        token: &str,
        scope: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let (client, assertion) = (API.to_string(), self.assertion(tenant, credential));
        let mut fields = vec![
            ("client_id", client.as_str()),
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
            ("assertion", token),
            ("requested_token_use", "on_behalf_of"),
            ("scope", scope),
        ];
        fields.extend_from_slice(more);
        self.token(tenant, false, &fields).await
    }

    /// A good PS256 assertion of the API.
    pub fn assertion(&self, tenant: &str, credential: &Credential) -> String {
        let claims = assertion_claims(&self.token_url(tenant), self.now);
        ps256(credential, &json!({}), &claims)
    }

    pub async fn confidential(&self, tenant: &str, credential: &Credential, fields: &[(&str, &str)]) -> Answer {
        let (client, assertion) = (API.to_string(), self.assertion(tenant, credential));
        let mut all = vec![
            ("client_id", client.as_str()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        all.extend_from_slice(fields);
        self.token(tenant, false, &all).await
    }

    pub async fn refresh_confidential(&self, tenant: &str, credential: &Credential, token: &str) -> Answer {
        self.confidential(tenant, credential, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn graph(&self, path: &str, token: &str) -> Answer {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.graph) };
        read(self.client.get(url).bearer_auth(token)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        read(self.client.get(self.login.join(path).unwrap())).await
    }

    pub async fn keys(&self) -> Value {
        self.get("/common/discovery/v2.0/keys").await.ok().body
    }

    /// The web redirect of the API itself, for a consent leg.
    pub fn consent_leg(&self, tenant: &str, scope: &str) -> Url {
        let client = API.to_string();
        let changes = [("client_id", client.as_str()), ("redirect_uri", API_URI), ("scope", scope)];
        self.authorize(tenant, &changes)
    }
}

pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub async fn read(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}

/// Seconds since 1970.
pub fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the emulator's clock starts from the system's")]
    let now = std::time::SystemTime::now();
    i64::try_from(now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()).unwrap()
}
