//! Text from strangers.

use std::{fmt, str::FromStr};

use super::{Invalid, as_text};
use crate::Reason;

/// Text that another peer may have written: at most `MAX` bytes of UTF-8, without control characters (line feed and
/// tab stay) and without the bidirectional controls that make text read differently from what it says (Unicode UTS 55).
/// It is still only text: never HTML, never a format string.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PeerText<const MAX: usize>(Box<str>);

impl<const MAX: usize> PeerText<MAX> {
    /// Cleans and keeps a text.
    ///
    /// # Errors
    /// It is over `MAX` bytes.
    pub fn new(text: &str) -> Result<Self, Invalid> {
        if text.len() > MAX {
            return Err(Invalid::because(
                Reason::TooLarge,
                "text",
                format!("at most {MAX} bytes"),
            ));
        }
        Ok(Self(clean(text)))
    }

    /// Cleans a text and keeps its beginning, up to `MAX` bytes, at a character boundary.
    pub fn truncated(text: &str) -> Self {
        let cleaned = clean(text);
        Self(cleaned[..cleaned.floor_char_boundary(MAX)].into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing but white space is there.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

fn clean(text: &str) -> Box<str> {
    text.chars()
        .filter(|c| !is_deceptive(*c))
        .collect::<String>()
        .into_boxed_str()
}

fn is_deceptive(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{061c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => true,
        _ => c.is_control(),
    }
}

impl<const MAX: usize> FromStr for PeerText<MAX> {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl<const MAX: usize> fmt::Display for PeerText<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for PeerText<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

as_text!(PeerText<MAX>, MAX: usize);

/// A language by its BCP 47 tag, by form: letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(Box<str>);

/// The longest tag in RFC 5646 section 4.4.1 that is not privately extended.
const LANGUAGE_BYTES: usize = 35;

impl Language {
    /// The tag, e.g. `ko` or `en-GB`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let form = text.len() <= LANGUAGE_BYTES
            && text.split('-').all(|part| {
                matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric())
            })
            && matches!(text.split('-').next().map(str::len), Some(2..=8));
        if form {
            Ok(Self(text.into()))
        } else {
            Err(Invalid::new(
                "language",
                "must be a BCP 47 tag such as ko or en-GB",
            ))
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

as_text!(Language);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deceptive_characters_do_not_survive() {
        let text = PeerText::<64>::new("pay\u{202e}001\u{2066} \u{0007}now\r\n\u{feff}").unwrap();
        assert_eq!(text.as_str(), "pay001 now\n");
    }

    #[test]
    fn joiners_that_scripts_need_survive() {
        let text = "क्\u{200d}ष می\u{200c}خواهم";
        assert_eq!(PeerText::<64>::new(text).unwrap().as_str(), text);
    }

    #[test]
    fn one_byte_over_is_refused_and_truncation_keeps_characters_whole() {
        assert!(PeerText::<6>::new("가나").is_ok());
        assert_eq!(
            PeerText::<5>::new("가나").unwrap_err().reason,
            Reason::TooLarge
        );
        assert_eq!(PeerText::<5>::truncated("가나").as_str(), "가");
    }

    #[test]
    fn cbor_that_is_cleaned_reads_the_same_for_everybody() {
        let bytes = minicbor::to_vec("a\u{202e}b").unwrap();
        assert_eq!(
            minicbor::decode::<PeerText<8>>(&bytes).unwrap().as_str(),
            "ab"
        );
    }

    #[test]
    fn a_language_is_a_tag() {
        for good in ["ko", "en-GB", "zh-Hant-TW"] {
            assert!(good.parse::<Language>().is_ok(), "{good}");
        }
        for bad in ["", "k", "-", "en-", "english language", "en_GB"] {
            assert!(bad.parse::<Language>().is_err(), "{bad}");
        }
    }
}
