//! Rules of a counter-offer.

use super::{at, body, edit, money, number, refused, text, vector};
use crate::{
    document::{
        Body, Change, Charge, ChargeKind, Commitment, Counter, CounterAccept, CounterRefuse, Price,
    },
    limits::{CHANGES, CHARGES, LINES, MAX_ROUNDS},
};

fn counter() -> Counter {
    body(vector!("counter"))
}

/// Puts one change in the place of another.
fn put(counter: &mut Counter, place: usize, change: Change) {
    edit(&mut counter.changes, |changes| changes[place] = change);
}

fn line(line: u32, price: Option<&str>, quantity: Option<&str>) -> Change {
    Change::Line {
        line,
        price: price.map(|price| Price {
            price: number(price),
            base_quantity: number("1"),
        }),
        quantity: quantity.map(number),
        lead_time_days: None,
    }
}

#[test]
fn rounds_count_from_one_to_the_most() {
    refused! { counter();
        |c| c.round = 0 => "round", Malformed;
        |c| c.round = MAX_ROUNDS + 1 => "round", Malformed;
        |c| c.round = u8::MAX => "round", Malformed;
    }
    let mut last = counter();
    last.round = MAX_ROUNDS;
    assert_eq!(last.check(), Ok(()));
}

#[test]
fn a_counter_offer_changes_something_and_nothing_twice() {
    let charge = || Charge {
        kind: ChargeKind::Packing,
        description: text(""),
        amount: money(1, "KRW"),
        lot: None,
    };
    let again =
        |c: &mut Counter, change: Change| edit(&mut c.changes, |changes| changes.push(change));
    refused! { counter();
        |c| edit(&mut c.changes, Vec::clear) => "changes", Malformed;
        |c| put(c, 1, line(1, Some("1"), None)) => "changes[1]", Malformed;
        |c| again(c, Change::RemoveCharge { index: 1 }) => "changes[10]", Malformed;
        |c| again(c, Change::ChangeCharge { index: 0, charge: charge() }) => "changes[10]", Malformed;
        |c| again(c, Change::Delivery { delivery: None }) => "changes[10]", Malformed;
        |c| again(c, Change::Incoterm { incoterm: None }) => "changes[10]", Malformed;
        |c| again(c, Change::Payment { payment: None }) => "changes[10]", Malformed;
        |c| again(c, Change::ValidUntil { until: c.valid_until }) => "changes[10]", Malformed;
        |c| again(c, Change::Commitment { commitment: Commitment::Revocable }) => "changes[10]", Malformed;
    }
    let mut two_more = counter();
    again(&mut two_more, Change::AddCharge { charge: charge() });
    again(&mut two_more, Change::AddCharge { charge: charge() });
    assert_eq!(two_more.check(), Ok(()), "charges may be added alike");
}

#[test]
fn a_change_is_well_formed() {
    let nowhere = |c: &mut Counter| {
        edit(&mut c.changes, |changes| {
            if let Change::Delivery {
                delivery: Some(delivery),
            } = &mut changes[5]
            {
                delivery.place.latitude_e6 = None;
            }
        });
    };
    refused! { counter();
        |c| put(c, 0, line(1, None, None)) => "changes[0].line", Malformed;
        |c| put(c, 0, line(1, Some("-1"), None)) => "changes[0].price", Malformed;
        |c| put(c, 0, line(1, None, Some("0"))) => "changes[0].quantity", Malformed;
        |c| put(c, 0, line(1, None, Some("-5"))) => "changes[0].quantity", Malformed;
        |c| put(c, 2, Change::RemoveCharge { index: CHARGES as u8 }) => "changes[2].index", Malformed;
        |c| nowhere(c) => "changes[5].delivery.place.latitude_e6", Malformed;
    }
    let free = Change::Line {
        line: 1,
        price: Some(Price {
            price: number("0"),
            base_quantity: number("0"),
        }),
        quantity: None,
        lead_time_days: None,
    };
    refused! { counter(); |c| put(c, 0, free.clone()) => "changes[0].base_quantity", Malformed; }
    let mut last = counter();
    put(
        &mut last,
        2,
        Change::RemoveCharge {
            index: CHARGES as u8 - 1,
        },
    );
    assert_eq!(last.check(), Ok(()));
}

#[test]
fn a_counter_offer_binds_its_sender_and_no_longer_than_it_is_valid() {
    let until = at("2026-11-18T09:00:00.001Z");
    refused! { counter();
        |c| c.commitment = Commitment::Indicative => "commitment", Malformed;
        |c| c.commitment = Commitment::Firm { until } => "commitment.until", Malformed;
    }
    let mut equal = counter();
    equal.commitment = Commitment::Firm {
        until: equal.valid_until,
    };
    assert_eq!(equal.check(), Ok(()));
    equal.commitment = Commitment::Revocable;
    assert_eq!(equal.check(), Ok(()));
}

#[test]
fn every_part_of_a_full_bid_can_be_changed_at_once() {
    const TERMS: usize = 5;
    const { assert!(CHANGES >= LINES + 2 * CHARGES + TERMS) };
}

#[test]
fn a_counter_offer_may_be_answered_without_a_word() {
    assert_eq!(
        body::<CounterAccept>(vector!("counter-accept")).check(),
        Ok(())
    );
    let mut refusal: CounterRefuse = body(vector!("counter-refuse"));
    refusal.reason = text("");
    assert_eq!(refusal.check(), Ok(()));
}
