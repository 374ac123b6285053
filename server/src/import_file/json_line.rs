//! One line of JSON Lines: an object of texts, `workloads` also as an array.

use super::{
    columns::{Column, Raw},
    fields::{LineError, Refusal, shown},
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use std::fmt;

/// Reads the values of a line.
pub fn read(line: &str) -> Result<Raw, Refusal> {
    let Members(members) = serde_json::from_str(line).map_err(|_| Refusal::from(LineError::NotAnObject))?;
    let mut raw = Raw::default();
    let mut seen = Vec::new();
    for (name, value) in members {
        let Some(column) = Column::parse(&name) else {
            return Err(Refusal { field: Some(shown(&name)), error: LineError::UnknownField });
        };
        if seen.contains(&column) {
            return Err(LineError::RepeatedField.at(column));
        }
        seen.push(column);
        raw.set(column, &text(column, value).ok_or_else(|| LineError::NotText.at(column))?);
    }
    Ok(raw)
}

fn text(column: Column, value: Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text),
        Value::Array(items) if column == Column::Workloads => {
            let words: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
            words.map(|words| words.join("|"))
        }
        _ => None,
    }
}

/// All members of an object in order, repeated names included: which of two values counts is not ours to guess.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
