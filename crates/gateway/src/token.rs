//! The secret that opens the door.

use std::fmt;

use subtle::ConstantTimeEq;

/// Characters of a token at least: 32 random bytes take 43 in base64, 64 in hexadecimal; half of that is out of reach
/// of guessing.
const MIN_CHARS: usize = 32;
/// Characters of a token at most: more does not fit the header fields that carry it.
const MAX_CHARS: usize = 128;

/// The token that requests carry. It is not printed.
#[derive(Clone)]
pub struct Token(String);

/// The text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token has 32 to 128 letters, digits, `-` or `_`")]
pub struct TokenError;

impl Token {
    /// Takes a token: letters, digits, `-` and `_`, so that every header field can carry it.
    ///
    /// # Errors
    /// It is too short, too long, or has other characters.
    pub fn new(text: impl Into<String>) -> Result<Self, TokenError> {
        let text = text.into();
        let form = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if form && (MIN_CHARS..=MAX_CHARS).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(TokenError)
        }
    }

    /// Whether this is the token. The time it takes does not tell how much of it is right.
    pub(crate) fn is(&self, offered: &str) -> bool {
        self.0.as_bytes().ct_eq(offered.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_plain() {
        assert!(Token::new("x".repeat(MIN_CHARS)).is_ok());
        assert!(Token::new("x".repeat(MIN_CHARS - 1)).is_err());
        assert!(Token::new("x".repeat(MAX_CHARS + 1)).is_err());
        assert!(Token::new("x y".repeat(20)).is_err());
    }

    #[test]
    fn only_the_whole_token_opens_and_nothing_prints_it() {
        let token = Token::new("abcdefgh".repeat(5)).unwrap();
        assert!(token.is(&"abcdefgh".repeat(5)));
        assert!(
            !token.is(&"abcdefgh".repeat(4)) && !token.is("") && !token.is(&"abcdefgH".repeat(5))
        );
        assert!(!format!("{token:?}").contains("abc"));
    }
}
