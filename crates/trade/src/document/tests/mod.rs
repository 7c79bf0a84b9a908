//! The rules of each document, one broken at a time in the golden vectors.

mod amendment;
mod bid;
mod call;
mod change;
mod counter;
mod extension;
mod header;
mod order;
mod question;
mod revision;
mod rfp;
mod round;
mod round_trip;
mod short;
mod terms;

use data_encoding::HEXLOWER;

use super::{Body, Document};
use crate::{Invalid, Money, Number, PeerText, Reason, Timestamp, envelope::Payload};

/// The content of a golden vector.
pub(super) fn content<T: for<'b> minicbor::Decode<'b, ()>>(vector: &str) -> T {
    let json: serde_json::Value = serde_json::from_str(vector).unwrap();
    let payload = HEXLOWER
        .decode(json["payload"].as_str().unwrap().as_bytes())
        .unwrap();
    minicbor::decode(&payload).unwrap()
}

/// The body of a golden vector.
pub(super) fn body<B: Body>(vector: &str) -> B {
    content::<Document<B>>(vector).body
}

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/vectors/v1/", $name, ".json"))
    };
}
use vector;

/// Asserts for each change that it breaks the rule of this field, for this reason.
macro_rules! refused {
    ($sample:expr; $(|$it:ident| $change:expr => $field:literal, $reason:ident;)*) => {
        $({
            let mut changed = $sample.clone();
            assert_eq!(changed.check(), Ok(()), "the sample keeps the rules");
            let $it = &mut changed;
            $change;
            let broken = changed.check().expect_err(stringify!($change));
            let found = (broken.field.as_str(), broken.reason);
            assert_eq!(found, ($field, crate::Reason::$reason), "{}", stringify!($change));
        })*
    };
}
use refused;

fn text<const MAX: usize>(text: &str) -> PeerText<MAX> {
    text.parse().unwrap()
}

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn money(minor: i64, currency: &str) -> Money {
    Money::from_minor(minor, currency.parse().unwrap())
}

/// A list with one item changed, put in or taken out.
fn edit<T: Clone, const MAX: usize>(
    list: &mut crate::List<T, MAX>,
    change: impl FnOnce(&mut Vec<T>),
) {
    let mut items = list.to_vec();
    change(&mut items);
    *list = items.try_into().unwrap();
}

#[test]
fn an_item_that_breaks_a_rule_is_named_by_its_place() {
    let rule = |n: &u8| {
        if *n < 3 {
            Ok(())
        } else {
            Err(Invalid::new("value", "must be below 3"))
        }
    };
    assert_eq!(super::check_each("parts", &[0, 1, 2], rule), Ok(()));
    assert_eq!(
        super::check_each("parts", &[0, 9], rule).unwrap_err().field,
        "parts[1].value"
    );
    assert_eq!(
        super::check_unique("parts", &[1, 2, 1], |n| *n)
            .unwrap_err()
            .field,
        "parts[2]"
    );
    assert_eq!(Invalid::new("a", "b").reason, Reason::Malformed);
}

/// Every built kind's content keeps its own rules in the golden vectors.
fn passes<T: Payload>(vector: &str) {
    assert_eq!(content::<T>(vector).check(), Ok(()));
}

#[test]
fn the_vectors_keep_the_rules() {
    passes::<super::Listing>(vector!("listing"));
    passes::<Document<super::Rfp>>(vector!("rfp"));
    passes::<Document<super::Question>>(vector!("question"));
    passes::<Document<super::Answer>>(vector!("answer"));
    passes::<Document<super::Bid>>(vector!("bid"));
    passes::<Document<super::Bid>>(vector!("bid.gross"));
    passes::<Document<super::Counter>>(vector!("counter"));
    passes::<Document<super::Counter>>(vector!("counter.seller"));
    passes::<Document<super::Order>>(vector!("order"));
    passes::<Document<super::OrderResponse>>(vector!("order-response.changed"));
    passes::<super::Terms>(vector!("terms"));
}
