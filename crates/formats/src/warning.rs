//! What was odd in a file that could be read all the same.

use std::fmt;

use serde::Serialize;
use ts_rs::TS;

/// Something missing or odd in a file, and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Warning {
    /// Path of the field, e.g. `tender/items/3/quantity`.
    pub field: String,
    /// What is odd, and what was made of it.
    pub text: String,
    /// How many further items of the same list have the same at this field.
    pub more: u32,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.text)?;
        match self.more {
            0 => Ok(()),
            more => write!(f, " (and {more} more)"),
        }
    }
}

/// Collects warnings. The same oddity in the items of one list is one warning with a count.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    found: Vec<(Warning, String)>,
}

impl Warnings {
    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        let (field, text) = (field.into(), text.into());
        let shape = shape(&field);
        let same =
            |(warning, other): &&mut (Warning, String)| warning.text == text && *other == shape;
        match self.found.iter_mut().find(same) {
            Some((warning, _)) => warning.more = warning.more.saturating_add(1),
            None => self.found.push((
                Warning {
                    field,
                    text,
                    more: 0,
                },
                shape,
            )),
        }
    }

    pub fn finish(self) -> Vec<Warning> {
        self.found.into_iter().map(|(warning, _)| warning).collect()
    }
}

/// The path with every index replaced by a star.
fn shape(field: &str) -> String {
    let part = |part: &str| {
        let is_index = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if is_index {
            "*".to_owned()
        } else {
            part.to_owned()
        }
    };
    field.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_oddity_of_many_items_is_one_warning() {
        let mut warnings = Warnings::default();
        for i in 0..154 {
            warnings.add(format!("tender/items/{i}/unit"), "is missing");
        }
        warnings.add("tender/items/3/quantity", "is missing");
        warnings.add("tender/items/4/unit", "is odd");
        let found = warnings.finish();
        assert_eq!(found.len(), 3);
        assert_eq!(
            found[0].to_string(),
            "tender/items/0/unit: is missing (and 153 more)"
        );
        assert_eq!(found[1].to_string(), "tender/items/3/quantity: is missing");
    }
}
