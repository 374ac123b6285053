//! Collections: `$top`, `$skip`, `$select`, `$count` and `@odata.nextLink`.

use serde_json::{Value, json};

use super::Call;
use crate::misbehaviour::Misbehaviour;
use crate::state::State;

/// One page of a collection of `total` items, made on demand.
pub(super) fn page(state: &mut State, call: &Call<'_>, total: usize, item: impl Fn(usize) -> Value) -> Value {
    let number = |name: &str| call.query.get(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("$top").unwrap_or(state.switches.graph_page_size).clamp(1, 999);
    let first = number("$skip").unwrap_or(0);
    let last = first.saturating_add(size).min(total);
    let items: Vec<Value> = (first..last).map(item).map(|value| selected(call, value)).collect();
    let mut body = json!({ "@odata.context": context(call, call.path) });
    let Some(members) = body.as_object_mut() else { return body };
    if call.query.get("$count") == Some("true") {
        members.insert("@odata.count".to_owned(), json!(total));
    }
    if last < total {
        members.insert("@odata.nextLink".to_owned(), json!(next_link(state, call, size, last)));
    }
    members.insert("value".to_owned(), Value::Array(items));
    body
}

fn next_link(state: &mut State, call: &Call<'_>, size: usize, skip: usize) -> String {
    let elsewhere = state.misbehaviours.take(Misbehaviour::NextLinkElsewhere);
    let base = if elsewhere { "https://graph.attacker.example" } else { call.base };
    let kept = call.query.iter().filter(|(name, _)| !matches!(*name, "$top" | "$skip"));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("$top", &size.to_string())
        .append_pair("$skip", &skip.to_string())
        .finish();
    format!("{base}/v1.0/{}?{query}", call.path)
}

/// Applies `$select`.
pub(super) fn selected(call: &Call<'_>, value: Value) -> Value {
    let Some(names) = call.query.get("$select") else { return value };
    let wanted: Vec<&str> = names.split(',').map(str::trim).collect();
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(name, _)| name == "id" || name.starts_with('@') || wanted.contains(&name.as_str()))
                .collect(),
        ),
        other => other,
    }
}

/// One object.
pub(super) fn single(call: &Call<'_>, value: Value) -> Value {
    let mut value = selected(call, value);
    if let Some(members) = value.as_object_mut() {
        members.insert("@odata.context".to_owned(), json!(format!("{}/$entity", context(call, call.path))));
    }
    value
}

/// The `@odata.context` of something.
pub(super) fn context(call: &Call<'_>, what: &str) -> String {
    format!("{}/v1.0/$metadata#{what}", call.base)
}
