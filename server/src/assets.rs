//! The built web app: pages, and files under names that carry their hash.
//!
//! Made by `build.rs`. Pages are never stored by anybody; a file's content never changes under its name, so it may be kept
//! for ever. Security headers are not set here: they are the same for everything and live with the router.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header},
};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One file of the web app.
#[derive(Debug)]
pub struct Asset {
    /// Where it is served.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Its strong validator (RFC 9110 §8.8.3).
    pub etag: &'static str,
    /// Its name carries its hash.
    pub immutable: bool,
    /// The bytes.
    pub raw: &'static [u8],
    /// The bytes, packed with brotli (RFC 7932); in release builds.
    pub br: Option<&'static [u8]>,
}

/// An entry point of the web app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The portal's first screen and the way in.
    Portal,
    /// Any other page of the portal: the same, with its second program on the way at once.
    Pages,
    /// The connect page.
    Connect,
    /// The frame in another console's page.
    Embed,
    /// The window that the frame opens, until it is tied to it.
    Window,
}

/// The file at this path.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// The style sheets, for pages that the server writes itself.
pub fn stylesheets() -> Vec<&'static str> {
    ASSETS.iter().map(|asset| asset.path).filter(|path| path.rsplit('.').next() == Some("css")).collect()
}

/// An entry point's HTML, in the language that a person likes best of those it has; in English where it has none of them.
pub fn page(page: Page, headers: &HeaderMap) -> Option<&'static Asset> {
    let forms = match page {
        Page::Portal => PORTAL,
        Page::Pages => PAGES,
        Page::Connect => CONNECT,
        Page::Embed => EMBED,
        Page::Window => WINDOW,
    };
    let codes: Vec<&str> = forms.iter().map(|(code, _)| *code).collect();
    let liked = preferred(headers, &codes);
    forms.iter().find(|(code, _)| Some(*code) == liked).or(forms.first()).map(|(_, asset)| asset)
}

/// The one of `codes` that the browser asks for first (RFC 9110 §12.5.4): the weightiest, by its first subtag.
fn preferred<'a>(headers: &HeaderMap, codes: &[&'a str]) -> Option<&'a str> {
    let values = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    let mut best = None;
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let subtag = parts.next().and_then(|range| range.split('-').next()).unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |weight| weight.parse().ok());
        let code = codes.iter().find(|code| code.eq_ignore_ascii_case(subtag));
        if let (Some(code), Some(weight)) = (code, weight)
            && weight > best.map_or(0.0_f32, |(_, weight)| weight)
        {
            best = Some((*code, weight));
        }
    }
    best.map(|(code, _)| code)
}

/// Answers `/assets/…`.
#[expect(clippy::unused_async, reason = "axum's handlers are async")]
pub async fn assets_handler(uri: Uri, headers: HeaderMap) -> Response<Body> {
    match find(uri.path()) {
        Some(asset) => answer(asset, &headers),
        None => with_status(StatusCode::NOT_FOUND),
    }
}

/// Answers with what consoles put into their pages, from whichever origin they ask. `None`: there is no such file.
pub fn script_answer(path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let asset = SCRIPTS.iter().find(|asset| asset.path == path)?;
    let mut response = answer(asset, headers);
    let out = response.headers_mut();
    if !asset.immutable {
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    }
    open_to_every_origin(out);
    Some(response)
}

/// Where that script is under its version, whose content never changes; `own` is our origin.
pub fn versioned_script(own: &str) -> String {
    format!("{own}/embed/{EMBED_VERSION}.js")
}

/// Lets pages of every origin read an answer.
pub fn open_to_every_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
}

/// Answers with an entry point, for every path that belongs to it.
pub fn page_answer(which: Page, headers: &HeaderMap) -> Response<Body> {
    let Some(page) = page(which, headers) else { return with_status(StatusCode::NOT_FOUND) };
    let mut response = answer(page, headers);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding, accept-language"));
    response
}

/// Answers with a file: packed where the browser takes it, 304 where it has it already.
pub fn answer(asset: &'static Asset, headers: &HeaderMap) -> Response<Body> {
    let packed = asset.br.filter(|_| accepts_brotli(headers));
    // The two forms are two representations, and a strong validator tells them apart.
    let etag = match packed {
        Some(_) => HeaderValue::try_from(format!("{}-br\"", asset.etag.trim_end_matches('"'))),
        None => HeaderValue::try_from(asset.etag),
    };
    let known = etag.as_ref().is_ok_and(|etag| has_already(headers, etag));
    let mut response = with_status(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    let out = response.headers_mut();
    let kept = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-store" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = etag {
        out.insert(header::ETAG, etag);
    }
    if known {
        return response;
    }
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    if packed.is_some() {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    *response.body_mut() = Body::from(packed.unwrap_or(asset.raw));
    response
}

fn with_status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// `br` is listed and not refused with `q=0` (RFC 9110 §12.5.3).
fn accepts_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        named && !refused
    })
}

/// One of the validators that the browser sent is this one (RFC 9110 §13.1.2).
fn has_already(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else { return false };
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).any(|sent| sent.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    static FILE: Asset = Asset {
        path: "/assets/a-1.css",
        content_type: "text/css; charset=utf-8",
        etag: "\"abc\"",
        immutable: true,
        raw: b"raw",
        br: Some(b"br"),
    };

    fn ask(pairs: &[(&'static str, &'static str)]) -> Response<Body> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        answer(&FILE, &headers)
    }

    #[test]
    fn i7_the_page_comes_in_the_language_that_is_liked_best() {
        for (accepts, language) in [
            ("de-CH, de;q=0.9, en;q=0.8", Some("de")),
            ("it, fr;q=0.4, ja;q=0.5", Some("ja")),
            ("EN;q=0.1, fr;q=0", Some("en")),
            ("it, *", None),
            ("de;q=much", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("accept-language", HeaderValue::from_static(accepts));
            assert_eq!(preferred(&headers, &["en", "de", "fr", "es", "ja"]), language, "{accepts}");
        }
        assert_eq!(preferred(&HeaderMap::new(), &["en"]), None);
    }

    #[test]
    fn brotli_goes_only_to_those_who_take_it() {
        for (accepts, packed) in
            [("gzip, br", true), ("BR;q=0.5", true), ("gzip", false), ("br;q=0", false), ("*", false)]
        {
            let response = ask(&[("accept-encoding", accepts)]);
            assert_eq!(response.headers().contains_key("content-encoding"), packed, "{accepts}");
            assert_eq!(response.headers()["vary"], "accept-encoding");
        }
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        assert_eq!(ask(&[("if-none-match", "W/\"x\", \"abc\"")]).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(ask(&[("if-none-match", "\"abd\"")]).status(), StatusCode::OK);
        // The packed form is another representation.
        assert_eq!(ask(&[("if-none-match", "\"abc\""), ("accept-encoding", "br")]).status(), StatusCode::OK);
        assert_eq!(
            ask(&[("if-none-match", "\"abc-br\""), ("accept-encoding", "br")]).status(),
            StatusCode::NOT_MODIFIED
        );
    }

    #[test]
    fn pages_are_never_kept_and_files_always() {
        assert_eq!(ask(&[]).headers()["cache-control"], "public, max-age=31536000, immutable");
        for which in [Page::Portal, Page::Pages, Page::Connect, Page::Embed, Page::Window] {
            assert_eq!(page_answer(which, &HeaderMap::new()).headers()["cache-control"], "no-store");
        }
    }

    #[test]
    fn no_page_has_anything_inline() {
        for which in [Page::Portal, Page::Pages, Page::Connect, Page::Embed, Page::Window] {
            let shown = page(which, &HeaderMap::new()).unwrap();
            let html = String::from_utf8(shown.raw.to_vec()).unwrap();
            assert!(!html.contains("<style") && !html.contains(" style="));
            for script in html.split("<script").skip(1) {
                assert!(script.contains(" src=\"/assets/") && script.contains("></script>"), "{script}");
            }
        }
    }
}
