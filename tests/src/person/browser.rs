//! A browser without a screen: its own cookies, no redirect followed, forms filled in by name.

use reqwest::{
    Client, RequestBuilder, Url,
    header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE},
    redirect::Policy,
};
use std::collections::BTreeMap;

/// Where a step ended.
pub(super) enum Landing {
    /// On a page of Microsoft's.
    Page(Page),
    /// Back at the application, with this query or fragment.
    Back(String),
}

/// A page.
pub(super) struct Page {
    pub(super) html: String,
}

impl Page {
    pub(super) fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// The number of an error page.
    pub(super) fn error_code(&self) -> Option<u32> {
        self.html.split_once("id=\"error-code\">")?.1.split('<').next()?.parse().ok()
    }

    fn flow(&self) -> Option<&str> {
        let (_, rest) = self.html.split_once("name=\"flow\" value=\"")?;
        rest.split('"').next()
    }
}

pub(super) struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
    base: Option<Url>,
}

impl Browser {
    pub(super) fn new() -> Self {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { client, cookies: BTreeMap::new(), base: None }
    }

    pub(super) async fn open(&mut self, url: Url) -> Landing {
        self.base = Some(url.clone());
        self.send(self.client.get(url)).await
    }

    pub(super) async fn submit(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Landing {
        let mut all = vec![("flow", page.flow().expect("a form"))];
        all.extend_from_slice(fields);
        let base = self.base.as_ref().expect("a page was opened");
        let url = base.join(action).expect("an address");
        self.send(self.client.post(url).form(&all)).await
    }

    async fn send(&mut self, request: RequestBuilder) -> Landing {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header(COOKIE, cookies.join("; ")).send().await.expect("Microsoft answers");
        for line in response.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().ok().and_then(|line| line.split(';').next()?.split_once('='));
            let (name, value) = pair.expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if let Some(location) = response.headers().get(LOCATION) {
            let location = location.to_str().expect("an address");
            return Landing::Back(location.split_once(['?', '#']).map_or("", |(_, answer)| answer).to_owned());
        }
        Landing::Page(Page { html: response.text().await.expect("a page") })
    }

    /// Posts a form to another origin as a page of `origin` does; gives the body, whatever the status.
    pub(super) async fn post_form(&self, url: &str, form: &str, origin: &str) -> String {
        let request = self.client.post(url).header(ORIGIN, origin);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded;charset=utf-8");
        let response = request.body(form.to_owned()).send().await.expect("the token endpoint answers");
        response.text().await.expect("an answer")
    }
}
