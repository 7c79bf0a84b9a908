//! What a line is, by a classification scheme.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Invalid, PeerText};
use crate::limits::{LABEL_BYTES, SCHEME_BYTES};

/// A code in a classification scheme (CPV, UNSPSC, a national catalogue).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The scheme's name, e.g. `CPV`.
    #[n(0)]
    pub scheme: PeerText<SCHEME_BYTES>,
    /// The scheme's version, where it matters, e.g. `2008`.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub version: Option<PeerText<LABEL_BYTES>>,
    /// The code, e.g. `18100000-0`.
    #[n(2)]
    pub code: PeerText<LABEL_BYTES>,
}

impl Category {
    /// A category that names scheme and code.
    ///
    /// # Errors
    /// One of them is blank.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.scheme.is_blank() || self.code.is_blank() {
            return Err(Invalid::new("category", "must name a scheme and a code"));
        }
        Ok(())
    }

    /// The significant part of the code, for search by prefix: a CPV code loses its check digit and the trailing
    /// zeros that stand for "all below" (Regulation (EC) 213/2008, at least two digits stay); an UNSPSC code loses
    /// trailing pairs of zeros; any other code is taken as it is.
    pub fn stem(&self) -> &str {
        let code = self.code.as_str().trim();
        let scheme = self.scheme.as_str().trim();
        if scheme.eq_ignore_ascii_case("CPV") {
            let digits = code.split('-').next().unwrap_or(code);
            let stem = digits.trim_end_matches('0');
            &digits[..stem.len().max(2).min(digits.len())]
        } else if scheme.eq_ignore_ascii_case("UNSPSC") {
            let mut stem = code;
            while stem.len() > 2 && stem.len().is_multiple_of(2) && stem.ends_with("00") {
                stem = &stem[..stem.len() - 2];
            }
            stem
        } else {
            code
        }
    }

    /// Whether one of the two contains the other: same scheme, and one stem begins with the other.
    pub fn is_related(&self, other: &Category) -> bool {
        let (a, b) = (self.stem(), other.stem());
        self.scheme
            .as_str()
            .trim()
            .eq_ignore_ascii_case(other.scheme.as_str().trim())
            && (a.starts_with(b) || b.starts_with(a))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(scheme: &str, code: &str) -> Category {
        Category {
            scheme: PeerText::new(scheme).unwrap(),
            version: None,
            code: PeerText::new(code).unwrap(),
        }
    }

    #[test]
    fn a_stem_drops_what_says_nothing() {
        assert_eq!(category("CPV", "18100000-0").stem(), "181");
        assert_eq!(category("CPV", "30000000-9").stem(), "30");
        assert_eq!(category("UNSPSC", " 30120000").stem(), "3012");
        assert_eq!(category("UNSPSC", "81101508").stem(), "81101508");
        assert_eq!(category("KTN", "100-0").stem(), "100-0");
        assert_eq!(category("CPV", "é-").stem(), "é");
    }

    #[test]
    fn relation_runs_both_ways_within_one_scheme() {
        let clothing = category("CPV", "18000000-9");
        let caps = category("cpv", "18443300");
        assert!(clothing.is_related(&caps) && caps.is_related(&clothing));
        assert!(!clothing.is_related(&category("UNSPSC", "18443300")));
        assert!(!category("CPV", "18100000").is_related(&caps));
    }
}
