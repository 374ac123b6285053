use super::*;
use crate::api::connect::{AttemptStart, ConnectView, ReportFailure, Save, StartAttempt};
use crate::api::problem::{Help, Problem};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

/// Reads as serde does, here and with each field gone, null, or of another type.
fn reads_alike<T: Read + DeserializeOwned + Serialize + PartialEq>(example: &serde_json::Value) {
    let alike = |value: &serde_json::Value| {
        let text = value.to_string();
        assert!(read::<T>(&text) == serde_json::from_str(&text).ok(), "{text}");
    };
    assert!(read::<T>(&example.to_string()).is_some(), "{example}");
    alike(example);
    for pointer in pointers(example) {
        for other in [json!(null), json!(7), json!(-1), json!(1.5), json!("word"), json!([]), json!({}), json!(true)] {
            let mut changed = example.clone();
            *changed.pointer_mut(&pointer).unwrap() = other;
            alike(&changed);
        }
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let mut changed = example.clone();
        if let Some(object) = changed.pointer_mut(parent).and_then(serde_json::Value::as_object_mut) {
            object.remove(name);
        }
        alike(&changed);
    }
}

fn pointers(value: &serde_json::Value) -> Vec<String> {
    let children: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        serde_json::Value::Array(items) => {
            items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (name, child) in children {
        all.push(format!("/{name}"));
        all.extend(pointers(child).into_iter().map(|below| format!("/{name}{below}")));
    }
    all
}

const ID: &str = "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b";

fn ids() -> serde_json::Value {
    json!({ "aadsts": 50076, "trace_id": "t", "correlation_id": "c", "timestamp": "2026-11-23 10:24:07Z" })
}

fn help(action: &str) -> serde_json::Value {
    json!({ "code": "c", "title": "t", "text": "x", "action": action, "ids": ids() })
}

fn view(state: &str, step: &str, method: &str, consent: &str) -> serde_json::Value {
    json!({
        "brand": "Rekey", "authorization": ID, "organization": "Northwind", "asked_by": "Jo", "asked_at": 1_795_000_000,
        "customer": "Contoso", "domain": "contoso.com", "tenant": ID, "login_host": "login.microsoftonline.com",
        "page_client": ID, "api_client": ID,
        "method": method, "kind": "update_configuration", "way": "own_app", "expires_at": 1_795_000_900, "link_used": true, "version": 3, "later": { "unknown": [1, 2.5e3] },
        "queue": [{ "id": ID, "account": "a@contoso.com", "state": state }],
        "sign_in": {
            "id": ID, "account": "a@contoso.com", "state": state, "needs_administrator": true,
            "sets": [{ "id": ID, "name": "Mail \"north\" \u{1f511}\n", "method": method }],
            "permissions": [{ "value": "Mail.Read", "title": "t", "reason": "r", "without": "w", "consent": consent }],
            "already_connected": false, "signed_in_as": "Anna", "approval_url": "https://x.example", "done_at": 5,
            "steps": [{ "code": "saved", "title": "t", "state": step, "detail": "d" }], "problem": help("retry"),
            "signer": "administrator",
            "apps": [{ "name": "Rekey Backup", "client_id": ID, "not_after": 9, "left": ["Setup"] }],
        },
    })
}

fn start(leg: &str) -> serde_json::Value {
    json!({
        "secret": "s", "leg": leg, "authority": "https://a.example", "tenant": ID, "issuer": "i", "client_id": ID,
        "redirect_uri": "https://r.example/cb", "scope": "openid", "nonce": "n", "claims": "{\"a\":\"\\u0001\"}",
    })
}

#[test]
fn what_the_page_reads_is_read_as_serde_reads_it() {
    reads_alike::<ConnectView>(&view("waiting", "waiting", "basic", "user"));
    let states = ["working", "consent_needed", "approval_needed", "claims_needed", "failed", "done", "cancelled"];
    for (state, step) in states.iter().zip(["active", "slow", "done", "failed"].iter().cycle()) {
        let text = view(state, step, "hybrid", "administrator").to_string();
        assert_eq!(read::<ConnectView>(&text), serde_json::from_str(&text).ok());
        assert!(read::<ConnectView>(&text).is_some(), "{text}");
    }
    reads_alike::<AttemptStart>(&start("sign_in"));
    reads_alike::<AttemptStart>(&start("consent"));
    for action in
        ["sign_in_again", "other_account", "ask_administrator", "wait", "retry", "change_device", "contact_support"]
    {
        reads_alike::<Help>(&help(action));
    }
    reads_alike::<Problem>(
        &json!({ "title": "t", "status": 409, "code": "c", "detail": "d", "field": "f", "request_id": "r", "microsoft": ids() }),
    );
    reads_alike::<crate::api::session::Meta>(&json!({ "brand": "b", "login_host": "l", "version": "v", "mail": true }));
    reads_alike::<crate::method::Method>(&json!("modern"));
}

#[test]
fn the_portals_first_load_is_read_as_serde_does() {
    use crate::api::{
        audit::AuditEntryView, notices::NoticeView, overview::Overview, page::Page, session::SessionView,
    };
    for role in ["owner", "admin", "technician", "auditor"] {
        reads_alike::<SessionView>(&json!({
            "member": { "id": ID, "name": "Maya", "username": "maya@example.com", "role": role },
            "organization": { "id": ID, "name": "Northwind", "domain": "northwind.example" },
            "expires_at": 1_795_000_000,
            "counts": { "backup_sets": 7, "customers": 2, "open_authorizations": 0 },
        }));
    }
    let customer = |state: &str| {
        json!({
            "id": ID, "name": "Contoso", "tenant": ID, "domain": "contoso.com", "confirmed_at": 1,
            "contact": "it@contoso.com", "contact_language": "de", "health": "needs_somebody", "connected": 1,
            "open_authorizations": 0, "ends_at": 9,
            "sets": { "basic": 1, "hybrid": 2, "modern": 3 },
            "connections": [{
                "id": ID, "account": "a", "state": state, "connected_at": 1, "checked_at": 2, "next_check_at": 3,
                "ended_at": 4, "can_restore": true, "help": help("wait"),
            }],
        })
    };
    let open = |state: &str| {
        json!({
            "id": ID, "customer": { "id": ID, "name": "Contoso", "domain": null, "tenant": ID }, "method": "modern",
            "kind": "remove", "way": "own_app", "restores": true, "state": state, "created_at": 1, "created_by": "m",
            "sign_ins": [{
                "id": ID, "account": "a", "signer": "administrator", "state": "failed", "signed_in_as": "x",
                "sets": [{ "id": ID, "name": "n", "method": "basic" }],
                "steps": [{ "code": "c", "title": "t", "state": "slow", "detail": "d" }],
                "problem": help("retry"), "approval_url": "u", "done_at": 1, "already_connected": false,
            }],
            "version": 3,
        })
    };
    for (connection, authorization) in [
        ("working", "open"),
        ("doubtful", "done"),
        ("needs_holder", "cancelled"),
        ("ended", "open"),
        ("disconnected", "open"),
    ] {
        reads_alike::<Overview>(&json!({
            "sets": { "basic": 1, "hybrid": 2, "modern": 3 }, "customers": 1, "fleet": [customer(connection)],
            "open": [open(authorization)], "attention": [],
            "without_access": [{ "customer": { "id": ID, "name": "n", "domain": "d", "tenant": ID }, "sets": 4 }],
        }));
    }
    for language in crate::language::Language::ALL {
        reads_alike::<crate::language::Language>(&json!(language.as_str()));
    }
    for kind in crate::api::notices::NoticeKind::ALL.map(crate::api::notices::NoticeKind::as_str) {
        reads_alike::<Page<NoticeView>>(&json!({
            "items": [{
                "id": ID, "kind": kind, "customer": { "id": ID, "name": "n", "domain": "d", "tenant": ID }, "subject": ID,
                "stage": 30, "title": "t", "text": "x", "created_at": 1, "resolved_at": 2,
            }],
            "next": "c",
        }));
    }
    reads_alike::<Page<AuditEntryView>>(&json!({
        "items": [{
            "sequence": 1, "at": 2, "event": "e", "actor": "a", "subject": "s", "detail": "d", "sealed": true,
            "customer": { "id": ID, "name": "n", "domain": "d", "tenant": ID }, "authorization": ID,
        }],
        "next": null,
    }));
}

#[test]
fn what_the_page_writes_is_what_serde_reads() {
    fn back<T: Write + DeserializeOwned>(value: &T) -> T {
        serde_json::from_str(&value.write()).unwrap()
    }
    for leg in ["sign_in", "consent"] {
        let start: AttemptStart = serde_json::from_value(start(leg)).unwrap();
        assert!(back(&start) == start);
        assert!(read::<AttemptStart>(&start.write()).as_ref() == Some(&start));
    }
    let sign_in = ID.parse().unwrap();
    for start_over in [true, false] {
        assert_eq!(back(&StartAttempt { sign_in, start_over }), StartAttempt { sign_in, start_over });
    }
    let save = Save { access_token: "a\"\\\n\u{1f}é".into(), id_token: String::new() };
    assert!(back(&save) == save);
    for (subcode, ids) in [(None, json!({})), (Some("cancel".to_owned()), ids())] {
        let ids = serde_json::from_value(ids).unwrap();
        let report = ReportFailure { step: "token".into(), error: "e".into(), subcode, ids };
        assert_eq!(back(&report), report);
    }
    assert_eq!(Writer::default().end(), "{}");
}

#[test]
fn a_known_field_twice_is_refused() {
    let twice = r#"{"brand":"a","login_host":"l","version":"v","mail":true,"brand":"b"}"#;
    assert!(read::<crate::api::session::Meta>(twice).is_none());
}

#[test]
fn broken_texts_are_refused() {
    for broken in [
        "",
        " ",
        "nul",
        "nulll",
        "01",
        "-",
        "1.",
        "1e",
        ".5",
        "+1",
        "\"",
        "\"\n\"",
        r#""\x""#,
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ud800\u0041""#,
        r#""\u12""#,
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{\"a\"",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "1 2",
        "<html>",
        "\u{feff}1",
        "\u{a0}1",
    ] {
        assert_eq!(parse(broken), None, "{broken}");
    }
    assert_eq!(parse(&"[".repeat(100_000)), None);
    assert_eq!(parse(&format!("{}{}", "[".repeat(200), "]".repeat(200))), None);
}

/// Whether both trees say the same.
fn same(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Flag(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Value::Whole(ours), serde_json::Value::Number(theirs)) => theirs.as_i64() == Some(*ours),
        (Value::Number, serde_json::Value::Number(theirs)) => theirs.as_i64().is_none(),
        (Value::Text(ours), serde_json::Value::String(theirs)) => ours == theirs,
        (Value::List(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), serde_json::Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(name, value)| theirs.get(name).is_some_and(|theirs| same(value, theirs)))
        }
        _ => false,
    }
}

fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|flag| json!(flag)),
        any::<i64>().prop_map(|number| json!(number)),
        (-1e9_f64..1e9).prop_map(|number| json!(number + 0.5)),
        any::<String>().prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::Array),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// An object with one text.
struct OfA {
    a: String,
}

objects! { OfA { a } }

proptest! {
    #[test]
    fn any_value_is_read_as_it_was_written(value in values(), is_pretty in any::<bool>()) {
        let text = if is_pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let ours = parse(&text);
        prop_assert!(ours.as_ref().is_some_and(|ours| same(ours, &value)), "{}", text);
    }

    #[test]
    fn any_text_is_read_without_panic_and_no_more_is_taken_than_serde_takes(text in "[\\[\\]{}\",:\\\\u0-9eE.+a-f -]{0,24}") {
        if parse(&text).is_some() {
            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn any_text_is_written_so_that_it_reads_back(text in any::<String>()) {
        let written = Writer::default().text("a", &text).end();
        let back = parse(&written).and_then(|value| take::<OfA>(value).map(|read| read.a));
        prop_assert_eq!(back.as_ref(), Some(&text));
    }
}
