//! Lines and the small values in them.

use opener_trade::Fingerprint;

use super::{LINE_BYTES, LINES, SdpError};

/// A line: its type and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) kind: u8,
    pub(super) value: &'a str,
}

impl<'a> Line<'a> {
    /// The name and the value of an attribute; the value is empty where there is none.
    pub(super) fn attribute(self) -> Option<(&'a str, &'a str)> {
        (self.kind == b'a').then(|| self.value.split_once(':').unwrap_or((self.value, "")))
    }
}

/// The lines of a text, ended by a line feed, with or without a carriage return before it.
pub(super) fn lines(text: &str) -> Result<Vec<Line<'_>>, SdpError> {
    let mut lines = Vec::new();
    for line in text.split_terminator('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if lines.len() >= LINES || line.len() > LINE_BYTES {
            return Err(SdpError::TooLarge);
        }
        if !line.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return Err(SdpError::Malformed(
                "a line holds more than printable ASCII",
            ));
        }
        match line.as_bytes() {
            [kind @ b'a'..=b'z', b'=', ..] => lines.push(Line {
                kind: *kind,
                value: line.get(2..).unwrap_or_default(),
            }),
            _ => return Err(SdpError::Malformed("a line is not `x=…`")),
        }
    }
    Ok(lines)
}

/// `ice-char` of RFC 8839 section 5.1, so many.
pub(super) fn is_ice_text(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

/// A token such as a mid: short, and of letters, digits, `-` and `_`.
pub(super) fn is_token(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// A decimal number without sign and without needless zeros.
pub(super) fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// `sha-256` and 32 bytes in hexadecimal with colons (RFC 8122 section 5). Other hashes are not taken.
pub(super) fn fingerprint(text: &str) -> Result<Fingerprint, SdpError> {
    let rule = SdpError::Malformed("a fingerprint is not 32 bytes in hexadecimal");
    let (hash, digits) = text.split_once(' ').ok_or(rule)?;
    if !hash.eq_ignore_ascii_case("sha-256") {
        return Err(SdpError::Unsupported("a fingerprint that is not SHA-256"));
    }
    let mut bytes = [0; 32];
    let mut parts = digits.split(':');
    for byte in &mut bytes {
        let part = parts.next().filter(|part| part.len() == 2).ok_or(rule)?;
        let hexadecimal = part.bytes().all(|digit| digit.is_ascii_hexdigit());
        *byte = u8::from_str_radix(part, 16)
            .ok()
            .filter(|_| hexadecimal)
            .ok_or(rule)?;
    }
    match parts.next() {
        None => Ok(Fingerprint::from_bytes(bytes)),
        Some(_) => Err(rule),
    }
}
