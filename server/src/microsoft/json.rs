//! Strict JSON: a member twice in one object, deep nesting or text behind the end is an error (T5, T16).
//!
//! Parsers disagree on which of two equal members counts, so there must not be two (RFC 8259 §4).

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// How deep arrays and objects may lie in each other: tokens and metadata need three.
const DEPTH: u8 = 8;

/// The text is not JSON that we accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one JSON object without repeated members or deep nesting")]
pub struct JsonError;

/// Reads exactly one JSON object.
pub fn parse_object(text: &[u8]) -> Result<Map<String, Value>, JsonError> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Strict(DEPTH).deserialize(&mut deserializer).map_err(|_| JsonError)?;
    deserializer.end().map_err(|_| JsonError)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(JsonError),
    }
}

#[derive(Clone, Copy)]
struct Strict(u8);

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated members")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t5_a_member_twice_is_refused_at_every_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"o":{"b":1,"b":2}}"#, r#"{"l":[{"b":1,"b":2}]}"#]
        {
            assert_eq!(parse_object(text.as_bytes()), Err(JsonError), "{text}");
        }
        assert!(parse_object(br#"{"a":{"b":1},"b":[{"b":1},{"b":2}]}"#).is_ok());
    }

    #[test]
    fn t16_deep_nesting_and_trailing_text_are_refused() {
        for text in ["[]", "1", "null", "\"x\"", "{} {}", "{}x", "", "{\"a\":1e999}", "{\"a\":NaN}", "\u{feff}{}"] {
            assert_eq!(parse_object(text.as_bytes()), Err(JsonError), "{text}");
        }
        let nested = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_object(nested(6).as_bytes()).is_ok());
        assert!(parse_object(nested(8).as_bytes()).is_err());
        assert!(parse_object(nested(100_000).as_bytes()).is_err());
        assert!(parse_object(&[b'{', b'"', 0xff, b'"', b':', b'1', b'}']).is_err());
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_where_names_differ(text in "\\PC{0,40}", number in any::<i64>(), float in -1e9..1e9f64) {
            let value = serde_json::json!({ "text": text, "number": number, "float": float, "list": [null, true, {}] });
            let written = value.to_string();
            let read = parse_object(written.as_bytes()).unwrap();
            prop_assert_eq!(Value::Object(read), serde_json::from_str::<Value>(&written).unwrap());
        }
    }
}
