//! What a firm bid may become: never worse for the buyer.

use opener_trade::switch::{Countermeasure, holds};
use opener_trade::{
    Reason, Timestamp,
    document::{Bid, BidLine, Commitment, Direction, LineOffer, Rfp},
};
use rust_decimal::Decimal;

use crate::Rejection;

/// A firm bid is never made worse, and no commitment is ever shortened.
pub(super) fn check_not_worse(
    rfp: &Rfp,
    old: &Bid,
    new: &Bid,
    at: Timestamp,
) -> Result<(), Rejection> {
    if !old.commitment.is_firm_at(at) || !holds(Countermeasure::FirmBid) {
        return Ok(());
    }
    let rules = [
        (
            keeps_commitment(old, new),
            "it stays firm and valid at least as long",
        ),
        (
            new.currency == old.currency && new.tax_basis == old.tax_basis,
            "its currency and tax basis stay",
        ),
        (
            keeps_terms(old, new),
            "its delivery and terms stay, or become what was asked",
        ),
        (keeps_lines(old, new), "no line gets less, dearer or slower"),
        (keeps_parts(old, new), "what could be ordered still can"),
        (keeps_charges(rfp, old, new), "charges do not rise"),
        (keeps_answers(rfp, old, new), "no criterion gets worse"),
    ];
    match rules.into_iter().find(|(kept, _)| !kept) {
        Some((_, rule)) => Err(Rejection::new(
            Reason::FirmCommitment,
            format!("a firm bid is not worsened: {rule}"),
        )),
        None => Ok(()),
    }
}

pub(super) fn keeps_commitment(old: &Bid, new: &Bid) -> bool {
    let firm = match (old.commitment, new.commitment) {
        (Commitment::Firm { until: old }, Commitment::Firm { until: new }) => new >= old,
        _ => false,
    };
    firm && new.valid_until >= old.valid_until
}

fn keeps_terms(old: &Bid, new: &Bid) -> bool {
    (new.delivery.is_none() || new.delivery == old.delivery)
        && (new.incoterm.is_none() || new.incoterm == old.incoterm)
        && (new.payment.is_none() || new.payment == old.payment)
}

fn keeps_lines(old: &Bid, new: &Bid) -> bool {
    old.offered().all(|line| {
        new.offered()
            .find(|kept| kept.line == line.line)
            .is_some_and(|kept| keeps_line(line, kept))
    })
}

fn keeps_line(old: &BidLine, new: &BidLine) -> bool {
    let same_goods = new.offer == old.offer
        && (new.offer == LineOffer::Quoted || new.description == old.description);
    let no_dearer = match (unit_price(old), unit_price(new)) {
        (Some(old), Some(new)) => new <= old,
        _ => false,
    };
    let days = |line: &BidLine| line.lead_time_days.unwrap_or(u32::MAX);
    same_goods
        && new.quantity.unit == old.quantity.unit
        && new.quantity.value >= old.quantity.value
        && no_dearer
        && days(new) <= days(old)
}

fn unit_price(line: &BidLine) -> Option<Decimal> {
    line.price
        .price
        .decimal()
        .checked_div(line.price.base_quantity.decimal())
}

/// A bid that may be ordered in part stays so, and one that may not gets no larger.
fn keeps_parts(old: &Bid, new: &Bid) -> bool {
    let same_size = || {
        new.offered().all(|line| {
            old.offered()
                .any(|kept| kept.line == line.line && kept.quantity == line.quantity)
        })
    };
    !new.all_or_nothing || (old.all_or_nothing && same_size())
}

/// Charges are counted for each lot, because lots are ordered by themselves.
fn keeps_charges(rfp: &Rfp, old: &Bid, new: &Bid) -> bool {
    let charged = |bid: &Bid, lot: Option<u16>| {
        bid.charges
            .iter()
            .filter(|charge| charge.lot == lot)
            .map(|charge| i128::from(charge.amount.minor()))
            .sum::<i128>()
    };
    let lots = rfp.lots.iter().map(|lot| Some(lot.number)).chain([None]);
    let named = new.charges.iter().map(|charge| charge.lot);
    lots.chain(named)
        .all(|lot| charged(new, lot) <= charged(old, lot))
}

fn keeps_answers(rfp: &Rfp, old: &Bid, new: &Bid) -> bool {
    old.answers.iter().all(|answer| {
        let Some(criterion) = rfp.criteria.iter().find(|c| c.name == answer.criterion) else {
            return true;
        };
        new.answers
            .iter()
            .find(|kept| kept.criterion == answer.criterion)
            .is_some_and(|kept| match criterion.direction {
                Direction::Lower => kept.value <= answer.value,
                Direction::Higher => kept.value >= answer.value,
            })
    })
}
