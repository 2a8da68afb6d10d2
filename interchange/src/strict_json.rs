//! JSON as messages may use it: of bounded depth, and no key twice in one object.
//!
//! Readers disagree on which of two equal keys counts, so a signature over such a text proves nothing.
//! Depth is counted on the bytes, before any parser recurses.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// How deep objects and arrays may nest.
pub(crate) const DEPTH_LIMIT: usize = 32;

/// Why a text is not acceptable JSON.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotJson {
    TooDeep,
    /// With the reason, in Chinese, and the position.
    Syntax(String),
}

/// Reads `bytes`, or says why not.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, NotJson> {
    if depth(bytes) > DEPTH_LIMIT {
        return Err(NotJson::TooDeep);
    }
    serde_json::from_slice::<Strict>(bytes).map(|s| s.0).map_err(|e| {
        let text = e.to_string();
        NotJson::Syntax(match text.strip_prefix(REPEATED).and_then(|t| t.split_once('\u{1}')) {
            Some((key, _)) => format!("键「{key}」重复出现（第{}行第{}列）", e.line(), e.column()),
            None => format!("不是合法的JSON（第{}行第{}列）", e.line(), e.column()),
        })
    })
}

/// The deepest nesting of brackets outside strings.
fn depth(bytes: &[u8]) -> usize {
    let (mut now, mut most, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                now += 1;
                most = most.max(now);
            }
            b'}' | b']' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

const REPEATED: &str = "repeated key \u{1}";

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }
    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }
    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v))
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{REPEATED}{key}\u{1}")));
            }
            let Strict(value) = map.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_twice_in_one_object_is_refused_and_named() {
        assert!(parse(br#"{"a":{"b":1},"b":[true,null,-1,1.5,"x"]}"#).is_ok());
        assert_eq!(parse(br#"{"a":{"b":1,"b":1}}"#), Err(NotJson::Syntax("键「b」重复出现（第1行第15列）".into())));
    }

    #[test]
    fn nesting_is_refused_one_past_the_limit() {
        let nested = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        assert!(parse(&nested(32)).is_ok());
        assert_eq!(parse(&nested(33)), Err(NotJson::TooDeep));
        assert_eq!(parse(&vec![b'['; 4_000_000]), Err(NotJson::TooDeep));
        assert!(parse(br#"["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]"#).is_ok());
    }

    #[test]
    fn text_that_is_no_json_is_refused() {
        for bad in [&b""[..], b"{", b"{}x", b"\xFF", b"{'a':1}"] {
            assert!(matches!(parse(bad), Err(NotJson::Syntax(_))));
        }
    }
}
