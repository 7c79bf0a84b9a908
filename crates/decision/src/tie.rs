//! Who comes first: the score, then the earliest receipt, then the lowest document id.

use std::cmp::Reverse;

use opener_trade::{DocumentId, Number, Timestamp};
use rust_decimal::Decimal;

/// Decimals by which scores are told apart. A score is a sum of at most sixteen quotients, each exact to half a unit of
/// the 28th decimal: below the 24th lies only the order in which they were rounded.
const TOLD_APART: u32 = 24;

/// The key that ranks a bid: lesser keys come first.
pub(crate) fn key(
    score: Number,
    received_at: Timestamp,
    bid: DocumentId,
) -> (Reverse<Decimal>, Timestamp, DocumentId) {
    (
        Reverse(score.decimal().round_dp(TOLD_APART)),
        received_at,
        bid,
    )
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    fn first(a: (Number, Timestamp, DocumentId), b: (Number, Timestamp, DocumentId)) -> Ordering {
        key(a.0, a.1, a.2).cmp(&key(b.0, b.1, b.2))
    }

    fn bid(score: &str, at: i64, id: u8) -> (Number, Timestamp, DocumentId) {
        let id = DocumentId::from_bytes([id; 32]);
        (score.parse().unwrap(), Timestamp::from_millis(at), id)
    }

    #[test]
    fn the_score_decides_then_the_receipt_then_the_id() {
        assert_eq!(first(bid("0.6", 9, 9), bid("0.5", 1, 1)), Ordering::Less);
        assert_eq!(first(bid("0.5", 1, 9), bid("0.5", 2, 1)), Ordering::Less);
        assert_eq!(first(bid("0.5", 1, 2), bid("0.5", 1, 1)), Ordering::Greater);
    }

    #[test]
    fn the_last_decimals_of_a_quotient_decide_nothing() {
        let rounded_up = bid("0.6666666666666666666666666667", 2, 1);
        let rounded_down = bid("0.6666666666666666666666666666", 1, 1);
        assert_eq!(first(rounded_down, rounded_up), Ordering::Less);
        let apart = bid("0.666666666666666666666667", 2, 1);
        assert_eq!(
            first(bid("0.666666666666666666666666", 1, 1), apart),
            Ordering::Greater
        );
    }
}
