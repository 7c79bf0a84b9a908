//! A firm bid is never worsened.

use opener_trade::{
    Reason,
    document::{
        Bid, Charge, Commitment, CriterionAnswer, Incoterm, IncotermRule, LineOffer, TaxBasis,
    },
};

use super::kit::*;
use crate::dialogue::Command;

fn base(pair: &Pair) -> Bid {
    let mut bid = pair.bid(firm(at(FIRM)));
    bid.answers = list(vec![warranty("24")]);
    bid
}

fn warranty(months: &str) -> CriterionAnswer {
    CriterionAnswer {
        criterion: parse("warranty"),
        value: parse(months),
        note: Default::default(),
    }
}

/// Whether the bid may be revised so at this minute, by its seller and by its buyer.
fn revises_from(
    asked: opener_trade::document::Rfp,
    old: impl Fn(&mut Bid),
    minute: i64,
    change: impl Fn(&mut Bid),
) -> bool {
    let mut pair = Pair::asking(asked);
    let mut before = base(&pair);
    old(&mut before);
    pair.bids(at(10), summed(before.clone()));
    let mut after = before;
    change(&mut after);
    let command = Command::Bid(Box::new(summed(after)));
    let own = match pair.seller.say(at(minute), command.clone()) {
        Ok(_) => true,
        Err(refused) => {
            assert_eq!(refused.reason, Reason::FirmCommitment, "{refused}");
            false
        }
    };
    let mut careless = Pair::asking(pair.rfp.body.clone());
    let mut before = base(&careless);
    old(&mut before);
    careless.bids(at(10), summed(before));
    let document = careless.seller_forges(at(minute), command);
    let theirs = match careless.hand(at(minute), &document).unwrap() {
        Answer::Receipt(_) => true,
        Answer::Failure(reason) => {
            assert_eq!(reason, Reason::FirmCommitment);
            false
        }
    };
    assert_eq!(own, theirs, "both sides judge alike");
    own
}

fn revises(change: impl Fn(&mut Bid)) -> bool {
    revises_from(rfp(), |_| {}, 20, change)
}

fn line(change: impl Fn(&mut opener_trade::document::BidLine)) -> impl Fn(&mut Bid) {
    move |bid: &mut Bid| {
        let mut lines = bid.lines.clone().into_vec();
        change(&mut lines[0]);
        bid.lines = list(lines);
    }
}

#[test]
fn a_firm_bid_may_be_repeated_and_made_better() {
    assert!(revises(|_| {}));
    assert!(revises(line(|line| line.price = price("99.99"))));
    assert!(revises(line(|line| line.lead_time_days = Some(13))));
    assert!(revises(|bid| bid.charges = list(vec![freight("24.99")])));
    assert!(revises(|bid| bid.valid_until = at(VALID + 1)));
    assert!(revises(|bid| bid.commitment = firm(at(FIRM + 1))));
    assert!(revises(|bid| bid.answers = list(vec![warranty("36")])));
    assert!(revises(|bid| {
        let mut lines = bid.lines.clone().into_vec();
        lines.push(bid_line(3, "5", "20"));
        bid.lines = list(lines);
    }));
}

#[test]
fn a_firm_bid_gets_no_dearer() {
    assert!(!revises(line(|line| line.price = price("100.01"))));
    assert!(!revises(line(
        |line| line.price.base_quantity = parse("0.99")
    )));
    assert!(revises(line(|line| {
        line.price.price = parse("200");
        line.price.base_quantity = parse("2");
    })));
}

#[test]
fn a_firm_bid_offers_no_less() {
    assert!(!revises(line(|line| line.quantity = pieces("9"))));
    assert!(!revises(line(|line| line.offer = LineOffer::NoQuote)));
    assert!(!revises(line(|line| line.quantity.unit = parse("SET"))));
    assert!(!revises(|bid| bid.lines = list(vec![bid.lines[0].clone()])));
}

#[test]
fn a_firm_bid_gets_no_slower() {
    assert!(!revises(line(|line| line.lead_time_days = Some(15))));
    assert!(!revises(line(|line| line.lead_time_days = None)));
}

#[test]
fn a_firm_bid_is_not_exchanged_for_an_alternative() {
    let mut open = rfp();
    open.rules.alternatives = true;
    let alternative = line(|line| line.offer = LineOffer::Alternative);
    assert!(!revises_from(open.clone(), |_| {}, 20, &alternative));
    let described = line(|line| line.description = parse("a smaller desk"));
    assert!(!revises_from(open, &alternative, 20, described));
}

#[test]
fn a_firm_bid_stays_valid_and_firm_at_least_as_long() {
    assert!(!revises(|bid| bid.valid_until = at(VALID - 1)));
    assert!(!revises(|bid| bid.commitment = firm(at(FIRM - 1))));
    assert!(!revises(|bid| bid.commitment = Commitment::Revocable));
    assert!(!revises(|bid| bid.commitment = Commitment::Indicative));
}

#[test]
fn a_firm_bid_keeps_its_currency_and_tax_basis() {
    assert!(!revises(|bid| {
        bid.currency = parse("KRW");
        bid.charges = list(vec![]);
    }));
    assert!(!revises(|bid| bid.tax_basis = TaxBasis::Gross));
}

#[test]
fn a_firm_bid_that_may_be_ordered_in_part_stays_so() {
    assert!(!revises(|bid| bid.all_or_nothing = true));
    let whole = |bid: &mut Bid| bid.all_or_nothing = true;
    assert!(revises_from(rfp(), whole, 20, |bid| bid.all_or_nothing = false));
    let larger = |bid: &mut Bid| {
        let mut lines = bid.lines.clone().into_vec();
        lines.push(bid_line(3, "5", "20"));
        bid.lines = list(lines);
    };
    assert!(
        !revises_from(rfp(), whole, 20, larger),
        "more must be taken"
    );
}

#[test]
fn a_firm_bids_charges_do_not_rise_in_any_lot() {
    assert!(!revises(|bid| bid.charges = list(vec![freight("25.01")])));
    assert!(!revises(|bid| {
        bid.charges = list(vec![freight("25"), freight("0.01")])
    }));
    let mut lots = rfp();
    lots.lots = list(vec![lot(1), lot(2)]);
    let of_lot = |amount, lot| Charge {
        lot: Some(lot),
        ..freight(amount)
    };
    let even = move |bid: &mut Bid| bid.charges = list(vec![of_lot("10", 1), of_lot("10", 2)]);
    let shifted = move |bid: &mut Bid| bid.charges = list(vec![of_lot("5", 1), of_lot("15", 2)]);
    assert!(!revises_from(lots, even, 20, shifted));
}

#[test]
fn a_firm_bids_terms_stay_or_become_what_was_asked() {
    assert!(!revises(|bid| bid.delivery = Some(delivery("Bremen"))));
    assert!(!revises(|bid| bid.payment = Some(parse("in advance"))));
    assert!(!revises(|bid| {
        bid.incoterm = Some(Incoterm {
            rule: IncotermRule::Exw,
            place: parse("Bremen"),
            year: 2020,
        })
    }));
    let in_advance = |bid: &mut Bid| bid.payment = Some(parse("in advance"));
    assert!(revises_from(rfp(), in_advance, 20, |bid| bid.payment = None));
}

#[test]
fn a_firm_bids_answers_to_criteria_get_no_worse() {
    assert!(!revises(|bid| bid.answers = list(vec![warranty("23")])));
    assert!(!revises(|bid| bid.answers = list(vec![])));
}

#[test]
fn the_last_firm_moment_still_binds_and_the_next_does_not() {
    let long = || {
        let mut asked = rfp();
        asked.schedule.bid_deadline = at(VALID);
        asked.schedule.award_by = at(VALID);
        asked
    };
    let dearer = line(|line| line.price = price("101"));
    assert!(!revises_from(long(), |_| {}, FIRM, &dearer));
    assert!(revises_from(long(), |_| {}, FIRM + 1, &dearer));
}

#[test]
fn a_revocable_or_indicative_bid_may_be_worsened() {
    let dearer = line(|line| line.price = price("101"));
    for commitment in [Commitment::Revocable, Commitment::Indicative] {
        let loose = move |bid: &mut Bid| bid.commitment = commitment;
        assert!(revises_from(rfp(), loose, 20, &dearer));
    }
}

#[test]
fn a_firm_bid_that_came_late_is_as_firm() {
    let mut pair = Pair::new();
    let body = base(&pair);
    let first = pair.seller_says(at(DEADLINE + 1), Command::Bid(Box::new(body.clone())));
    pair.deliver(at(DEADLINE + 2), &first);
    let mut dearer = body;
    line(|line| line.price = price("101"))(&mut dearer);
    let command = Command::Bid(Box::new(summed(dearer)));
    let refused = pair.seller.say(at(DEADLINE + 3), command).unwrap_err();
    assert_eq!(refused.reason, Reason::FirmCommitment);
}
