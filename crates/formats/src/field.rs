//! A field of a file with its path, read leniently: what is not of the expected type is a warning, not an error.

use opener_trade::{Number, Timestamp};
use rust_decimal::Decimal;

use crate::{node::Node, warning::Warnings};

/// A place in a file. The place may be empty.
#[derive(Debug, Clone)]
pub(crate) struct Field<'a> {
    path: String,
    node: Option<&'a Node>,
}

impl<'a> Field<'a> {
    /// The file as a whole.
    pub fn root(node: &'a Node) -> Self {
        Self {
            path: String::new(),
            node: Some(node),
        }
    }

    /// A place that the file does not have.
    pub fn nowhere(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            node: None,
        }
    }

    /// The path, e.g. `tender/items/3/quantity`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The field of an object.
    pub fn get(&self, key: &str) -> Field<'a> {
        Field {
            path: self.below(key),
            node: self.node.and_then(|node| node.get(key)),
        }
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}/{key}", self.path)
        }
    }

    /// Whether anything but `null` is there.
    pub fn is_present(&self) -> bool {
        self.node.is_some_and(|node| *node != Node::Null)
    }

    /// Whether an object is there.
    pub fn is_object(&self) -> bool {
        matches!(self.node, Some(Node::Object(_)))
    }

    /// Whether a list is there.
    pub fn is_list(&self) -> bool {
        matches!(self.node, Some(Node::List(_)))
    }

    /// The items of a list. A lone object counts as a list of one.
    pub fn items(&self, warnings: &mut Warnings) -> Vec<Field<'a>> {
        match self.node {
            None | Some(Node::Null) => vec![],
            Some(Node::List(items)) => items
                .iter()
                .enumerate()
                .map(|(i, item)| Field {
                    path: self.below(&i.to_string()),
                    node: Some(item),
                })
                .collect(),
            Some(Node::Object(_)) => {
                warnings.add(&self.path, "is no list; read as a list of one");
                vec![self.clone()]
            }
            Some(_) => {
                warnings.add(&self.path, "is no list; left out");
                vec![]
            }
        }
    }

    /// Text that is not blank.
    pub fn text(&self, warnings: &mut Warnings) -> Option<&'a str> {
        match self.node {
            None | Some(Node::Null) => None,
            Some(Node::Text(text)) => Some(text.trim()).filter(|text| !text.is_empty()),
            Some(_) => {
                warnings.add(&self.path, "is no text; left out");
                None
            }
        }
    }

    /// An identifier: text, or a number that stands for text.
    pub fn label(&self, warnings: &mut Warnings) -> Option<&'a str> {
        match self.node {
            Some(Node::Number(number)) => Some(number),
            _ => self.text(warnings),
        }
    }

    /// An exact number; one in quotation marks counts.
    pub fn number(&self, warnings: &mut Warnings) -> Option<Number> {
        let (text, quoted) = match self.node {
            None | Some(Node::Null) => return None,
            Some(Node::Number(text)) => (text.as_str(), false),
            Some(Node::Text(text)) => (text.trim(), true),
            Some(_) => ("", false),
        };
        let number = exact(text);
        match number {
            None => warnings.add(&self.path, "is no number of at most 28 digits; left out"),
            Some(_) if quoted => warnings.add(&self.path, "is a number in quotation marks"),
            Some(_) => {}
        }
        number
    }

    /// Yes or no.
    pub fn flag(&self, warnings: &mut Warnings) -> Option<bool> {
        match self.node {
            None | Some(Node::Null) => None,
            Some(Node::Flag(flag)) => Some(*flag),
            Some(_) => {
                warnings.add(&self.path, "is neither true nor false; left out");
                None
            }
        }
    }

    /// A moment. A day counts as its midnight, and a time without a zone as UTC.
    pub fn moment(&self, warnings: &mut Warnings) -> Option<Timestamp> {
        let text = self.text(warnings)?;
        if let Ok(moment) = text.parse() {
            return Some(moment);
        }
        let guesses = [format!("{text}Z"), format!("{text}T00:00:00Z")];
        let guess = guesses.iter().find_map(|guess| guess.parse().ok());
        match guess {
            Some(_) => warnings.add(&self.path, "names no time zone; read as UTC"),
            None => warnings.add(&self.path, "is no date and time; left out"),
        }
        guess
    }
}

/// A JSON number, exactly.
fn exact(text: &str) -> Option<Number> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        None => return text.parse().ok(),
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
    };
    let mantissa: Number = mantissa.parse().ok()?;
    let mut value = mantissa.decimal();
    for _ in 0..exponent.unsigned_abs().min(Decimal::MAX_SCALE * 2) {
        value = if exponent > 0 {
            value.checked_mul(Decimal::TEN)?
        } else {
            let scale = value.scale() + 1;
            value.set_scale(scale).ok()?;
            value
        };
    }
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T>(json: &str, read: impl Fn(Field<'_>, &mut Warnings) -> T) -> (T, Vec<String>) {
        let node = Node::parse(json).unwrap();
        let mut warnings = Warnings::default();
        let value = read(Field::root(&node).get("a").get("b"), &mut warnings);
        (
            value,
            warnings.finish().iter().map(ToString::to_string).collect(),
        )
    }

    fn number(json: &str) -> (Option<String>, Vec<String>) {
        let (number, warnings) = read(json, |field, warnings| field.number(warnings));
        (number.map(|number| number.to_string()), warnings)
    }

    #[test]
    fn numbers_are_exact_in_every_spelling() {
        for (written, read) in [
            ("2583333.2", "2583333.2"),
            ("3100000.0", "3100000"),
            ("1.50e3", "1500"),
            ("25E-4", "0.0025"),
            ("9007199254740993.25", "9007199254740993.25"),
        ] {
            let json = format!(r#"{{"a": {{"b": {written}}}}}"#);
            assert_eq!(number(&json), (Some(read.to_owned()), vec![]), "{written}");
        }
    }

    #[test]
    fn what_is_no_number_is_named_by_its_path() {
        for written in [
            "true",
            "[]",
            "\"many\"",
            "1e400",
            "1e-400",
            "-1e99999999999",
        ] {
            let (number, warnings) = number(&format!(r#"{{"a": {{"b": {written}}}}}"#));
            assert_eq!(number, None, "{written}");
            assert!(warnings[0].starts_with("a/b: "), "{warnings:?}");
        }
        let (number, warnings) = number(r#"{"a": {"b": "12"}}"#);
        assert_eq!((number.as_deref(), warnings.len()), (Some("12"), 1));
    }

    #[test]
    fn moments_without_a_zone_are_utc_and_say_so() {
        let moment = |json| read(json, |field, warnings| field.moment(warnings));
        let (full, warnings) = moment(r#"{"a": {"b": "2016-06-08T18:16:44.027457+03:00"}}"#);
        assert_eq!(full.unwrap().to_string(), "2016-06-08T15:16:44.027Z");
        assert!(warnings.is_empty());
        let (day, warnings) = moment(r#"{"a": {"b": "2016-06-08"}}"#);
        assert_eq!(day.unwrap().to_string(), "2016-06-08T00:00:00.000Z");
        assert_eq!(warnings, ["a/b: names no time zone; read as UTC"]);
        assert_eq!(moment(r#"{"a": {"b": "soon"}}"#).0, None);
    }

    #[test]
    fn what_is_missing_is_silent_and_what_is_wrong_is_not() {
        let text = |json| {
            read(json, |field, warnings| {
                field.text(warnings).map(str::to_owned)
            })
        };
        assert_eq!(text("{}"), (None, vec![]));
        assert_eq!(text("[]"), (None, vec![]));
        assert_eq!(text(r#"{"a": {"b": " x "}}"#).0.as_deref(), Some("x"));
        assert_eq!(text(r#"{"a": {"b": 7}}"#).1, ["a/b: is no text; left out"]);
        let items = |json| read(json, |field, warnings| field.items(warnings).len());
        assert_eq!(items(r#"{"a": {"b": [1, 2]}}"#), (2, vec![]));
        assert_eq!(items(r#"{"a": {"b": {}}}"#).0, 1);
        assert_eq!(items(r#"{"a": {"b": "x"}}"#).1.len(), 1);
    }
}
