//! JSON whose numbers keep the text they were written in.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::limits::MAX_DEPTH;

/// One value of a JSON file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    Flag(bool),
    /// A number, as written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// An object; of a key that appears twice the last value counts.
    Object(BTreeMap<String, Node>),
    /// A text that is no Unicode (a lone surrogate in an escape).
    Unreadable,
}

impl Node {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong and where, in words: no JSON, or nested too deeply.
    pub fn parse(text: &str) -> Result<Self, String> {
        let raw: &RawValue = serde_json::from_str(text)
            .map_err(|error| format!("is no JSON: {error}; correct it there"))?;
        Self::of(raw, MAX_DEPTH)
            .ok_or_else(|| format!("is nested more than {MAX_DEPTH} levels deep"))
    }

    fn of(raw: &RawValue, depth: usize) -> Option<Self> {
        let text = raw.get().trim();
        let below = depth.checked_sub(1);
        Some(match text.bytes().next() {
            Some(b'{') => match serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
                Ok(fields) => Node::Object(
                    fields
                        .into_iter()
                        .map(|(key, value)| Some((key, Self::of(value, below?)?)))
                        .collect::<Option<_>>()?,
                ),
                Err(_) => Node::Unreadable,
            },
            Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(text) {
                Ok(items) => Node::List(
                    items
                        .into_iter()
                        .map(|item| Self::of(item, below?))
                        .collect::<Option<_>>()?,
                ),
                Err(_) => Node::Unreadable,
            },
            Some(b'"') => serde_json::from_str(text).map_or(Node::Unreadable, Node::Text),
            Some(b't') => Node::Flag(true),
            Some(b'f') => Node::Flag(false),
            Some(b'-' | b'0'..=b'9') => Node::Number(text.to_owned()),
            _ => Node::Null,
        })
    }

    /// The field of an object.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Object(fields) => fields.get(key),
            _ => None,
        }
    }

    /// The same for serde: numbers that are not whole become text, so that no digit is lost on the way.
    pub fn into_value(self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Node::Null | Node::Unreadable => Value::Null,
            Node::Flag(flag) => Value::Bool(flag),
            Node::Number(text) => match text.parse::<i64>() {
                Ok(whole) => Value::from(whole),
                Err(_) => Value::String(text),
            },
            Node::Text(text) => Value::String(text),
            Node::List(items) => items.into_iter().map(Node::into_value).collect(),
            Node::Object(fields) => fields
                .into_iter()
                .map(|(key, value)| (key, value.into_value()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_digits() {
        let text = r#"{"amount": 12345678901234567.89, "e": 1E3, "n": -0.10}"#;
        let node = Node::parse(text).unwrap();
        let number = |key| node.get(key).cloned();
        assert_eq!(
            number("amount"),
            Some(Node::Number("12345678901234567.89".into()))
        );
        assert_eq!(number("e"), Some(Node::Number("1E3".into())));
        assert_eq!(number("n"), Some(Node::Number("-0.10".into())));
    }

    #[test]
    fn everything_else_reads_as_usual() {
        let node = Node::parse(r#" [null, true, false, "a\nb", {"k": []}] "#).unwrap();
        let expected = serde_json::json!([null, true, false, "a\nb", {"k": []}]);
        assert_eq!(node.into_value(), expected);
        assert!(Node::parse("{").unwrap_err().starts_with("is no JSON: "));
        assert!(Node::parse("").is_err() && Node::parse("[1] x").is_err());
    }

    #[test]
    fn a_lone_surrogate_spoils_only_its_own_text() {
        let node = Node::parse(r#"{"a": "\ud800", "b": 1}"#).unwrap();
        assert_eq!(node.get("a"), Some(&Node::Unreadable));
        assert_eq!(node.get("b"), Some(&Node::Number("1".into())));
    }

    #[test]
    fn one_level_too_deep_is_refused() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(Node::parse(&nested(MAX_DEPTH + 1)).is_ok());
        assert!(Node::parse(&nested(MAX_DEPTH + 2)).is_err());
        assert!(Node::parse(&nested(100_000)).is_err());
    }
}
