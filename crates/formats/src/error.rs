//! Why a file cannot be a request.

use std::fmt;

/// What makes a request impossible: which file, which field of it, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatError {
    /// The file's name, as it was given.
    pub file: String,
    /// Path of the field, e.g. `tender/items/3/quantity`; empty for the file as a whole.
    pub field: String,
    /// What is wrong, and what to do.
    pub advice: String,
}

impl FormatError {
    pub(crate) fn new(
        file: impl Into<String>,
        field: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            field: field.into(),
            advice: advice.into(),
        }
    }

    /// A rule of the language that the request would break.
    pub(crate) fn of_rule(file: &str, broken: &opener_trade::Invalid) -> Self {
        let field = broken.field.replace(['.', '['], "/").replace(']', "");
        Self::new(file, field, broken.rule.clone())
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            write!(f, "{}: {}", self.file, self.advice)
        } else {
            write!(f, "{}: {}: {}", self.file, self.field, self.advice)
        }
    }
}

impl std::error::Error for FormatError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_file_field_and_what_to_do() {
        let broken = opener_trade::Invalid::new("lines[3].quantity", "must be above zero");
        let error = FormatError::of_rule("chairs.json", &broken);
        assert_eq!(
            error.to_string(),
            "chairs.json: lines/3/quantity: must be above zero"
        );
        let whole = FormatError::new("chairs.json", "", "is empty");
        assert_eq!(whole.to_string(), "chairs.json: is empty");
    }
}
