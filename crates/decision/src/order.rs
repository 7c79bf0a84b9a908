//! The order that a bid leads to: exactly the bid's lines, prices and charges.

use opener_trade::{
    DocumentId, Duration, Invalid, Money, Number, Quantity, Timestamp,
    document::{Bid, BidLine, Body, Order, OrderLine, Rfp},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::part::Part;

/// How much of a bid is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking<'a> {
    /// The whole request.
    Whole,
    /// These lots.
    Lots(&'a [u16]),
    /// These lines, optional ones too.
    Lines(&'a [LinePart]),
}

/// So much of one offered line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LinePart {
    /// The RFP's line number.
    pub line: u32,
    /// How much of it, in the line's unit; all that is offered if nothing is said.
    pub quantity: Option<Number>,
}

/// The moments of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// The seller answers until here, by the buyer's clock.
    pub answer_by: Timestamp,
    /// How much later the answer may still arrive.
    pub grace: Duration,
    /// After this the seller may release the quantity, if it has heard nothing.
    pub release_after: Timestamp,
}

/// Why a bid cannot be ordered so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// The bid offers none of it.
    #[error("the bid offers nothing of what is to be ordered")]
    NothingOffered,
    /// A chosen line is not offered.
    #[error("line {0} is not offered")]
    NotOffered(u32),
    /// The bid can only be ordered whole, and the order leaves lines out.
    #[error("the bid can only be ordered whole")]
    WholeOnly,
    /// The order would break a rule of the language.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

/// Builds the order for a part of a bid: its offered lines, unchanged, in the RFP's order; the charges of the lots, and
/// in full those of the bid as a whole. Delivery, Incoterm and payment are the bid's where it differs, else the RFP's;
/// the disclosure is the stricter of the two.
///
/// A part of the request is ordered as it is ranked: lots and the whole leave optional lines out, unless nothing else
/// is there or the bid can only be ordered whole. A line taken in part costs its price for that part. Several lots of one bid belong in one order, because its bid-wide
/// charges are owed once for each order.
///
/// # Errors
/// The bid offers nothing of it, lacks a line that is named, can only be ordered whole, or the order fails its check.
pub fn order_from(
    rfp: &Rfp,
    bid_id: DocumentId,
    bid: &Bid,
    taking: Taking<'_>,
    moments: Moments,
) -> Result<Order, OrderError> {
    let part = match taking {
        Taking::Whole => Part::whole(rfp),
        Taking::Lots(lots) => Part::of(rfp, |line| line.lot.is_some_and(|lot| lots.contains(&lot))),
        Taking::Lines(lines) => Part::named(rfp, &numbers(lines)),
    };
    let offer = part.offer(bid);
    if let (Taking::Lines(_), Some(missing)) = (taking, offer.missing.first()) {
        return Err(OrderError::NotOffered(*missing));
    }
    if offer.lines.is_empty() {
        return Err(OrderError::NothingOffered);
    }
    let lines: Vec<OrderLine> = offer
        .lines
        .iter()
        .map(|(_, offered)| ordered(bid, offered, taking))
        .collect::<Result<_, _>>()?;
    let full = lines
        .iter()
        .zip(&offer.lines)
        .all(|(line, (_, offered))| line.quantity == offered.quantity);
    if bid.all_or_nothing && !(offer.is_whole && full) {
        return Err(OrderError::WholeOnly);
    }
    let charges: Vec<_> = offer.charges(bid).into_iter().cloned().collect();
    let amounts = lines.iter().map(|line| line.amount);
    let total = Money::sum(
        bid.currency,
        amounts.chain(charges.iter().map(|charge| charge.amount)),
    )?;
    let order = Order {
        bid: bid_id,
        lines: lines.try_into()?,
        charges: charges.try_into()?,
        total,
        delivery: bid.delivery.as_ref().unwrap_or(&rfp.delivery).clone(),
        incoterm: bid.incoterm.clone().or_else(|| rfp.incoterm.clone()),
        payment: bid.payment.clone().or_else(|| rfp.payment.clone()),
        answer_by: moments.answer_by,
        grace: moments.grace,
        release_after: moments.release_after,
        disclosure: rfp.disclosure.min(bid.disclosure),
    };
    order.check()?;
    Ok(order)
}

fn numbers(lines: &[LinePart]) -> Vec<u32> {
    lines.iter().map(|part| part.line).collect()
}

/// An offered line as far as it is taken.
fn ordered(bid: &Bid, offered: &BidLine, taking: Taking<'_>) -> Result<OrderLine, Invalid> {
    let wanted = match taking {
        Taking::Lines(lines) => lines.iter().find(|part| part.line == offered.line),
        Taking::Whole | Taking::Lots(_) => None,
    };
    let quantity = Quantity {
        value: wanted
            .and_then(|part| part.quantity)
            .unwrap_or(offered.quantity.value),
        unit: offered.quantity.unit,
    };
    let amount = if quantity == offered.quantity {
        offered.amount
    } else {
        offered.price.amount_of(&quantity, bid.currency)?
    };
    Ok(OrderLine {
        line: offered.line,
        quantity,
        price: offered.price,
        amount,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{bid, charge, eur, id, moments, rfp};
    use opener_trade::document::{Disclosure, LineOffer};

    #[test]
    fn an_order_repeats_the_bid_line_by_line() {
        let rfp = rfp(&[("12", None), ("4", None)]);
        let bid = charge(bid(&rfp, &[1200, 401]), 60, None);
        let order = order_from(&rfp, id(1), &bid, Taking::Whole, moments()).unwrap();
        assert_eq!(order.total, bid.total);
        assert_eq!(order.charges, bid.charges);
        for (ordered, offered) in order.lines.iter().zip(&bid.lines) {
            assert_eq!(
                (ordered.line, ordered.quantity),
                (offered.line, offered.quantity)
            );
            assert_eq!(
                (ordered.price, ordered.amount),
                (offered.price, offered.amount)
            );
        }
    }

    #[test]
    fn a_lot_brings_its_own_charges_and_the_bid_wide_ones_in_full() {
        let rfp = rfp(&[("1", Some(1)), ("1", Some(2))]);
        let bid = charge(bid(&rfp, &[100, 200]), 5, Some(1));
        let bid = charge(charge(bid, 7, Some(2)), 11, None);
        let total = |lots: &[u16]| {
            order_from(&rfp, id(1), &bid, Taking::Lots(lots), moments())
                .unwrap()
                .total
        };
        assert_eq!(total(&[1]), eur(100 + 5 + 11));
        assert_eq!(total(&[2]), eur(200 + 7 + 11));
        assert_eq!(total(&[1, 2]), bid.total);
    }

    #[test]
    fn a_bid_that_is_all_or_nothing_is_ordered_whole_or_not() {
        let rfp = rfp(&[("1", Some(1)), ("1", Some(2))]);
        let mut bid = bid(&rfp, &[100, 200]);
        bid.all_or_nothing = true;
        let order = |taking| order_from(&rfp, id(1), &bid, taking, moments());
        assert_eq!(order(Taking::Lots(&[1])), Err(OrderError::WholeOnly));
        assert_eq!(order(Taking::Lots(&[1, 2])).unwrap().total, bid.total);
    }

    #[test]
    fn a_line_that_is_not_offered_cannot_be_ordered() {
        let rfp = rfp(&[("1", None), ("1", None)]);
        let mut bid = bid(&rfp, &[100, 0]);
        let mut lines = bid.lines.clone().into_vec();
        lines[1].offer = LineOffer::NoQuote;
        bid.lines = lines.try_into().unwrap();
        let order = |line| {
            let lines = [part(line, None)];
            order_from(&rfp, id(1), &bid, Taking::Lines(&lines), moments())
        };
        assert_eq!(order(2), Err(OrderError::NotOffered(2)));
        assert_eq!(order(9), Err(OrderError::NotOffered(9)));
        assert_eq!(order(1).unwrap().total, eur(100));
        let none = order_from(&rfp, id(1), &bid, Taking::Lines(&[]), moments());
        assert_eq!(none, Err(OrderError::NothingOffered));
    }

    fn part(line: u32, quantity: Option<&str>) -> LinePart {
        LinePart {
            line,
            quantity: quantity.map(|value| value.parse().unwrap()),
        }
    }

    #[test]
    fn a_part_of_a_line_costs_its_share_and_a_whole_bid_is_not_parted() {
        let rfp = rfp(&[("12", None), ("4", None)]);
        let mut bid = bid(&rfp, &[1200, 400]);
        let order = |bid: &Bid, lines: &[LinePart]| {
            order_from(&rfp, id(1), bid, Taking::Lines(lines), moments())
        };
        let some = order(&bid, &[part(1, Some("5")), part(2, None)]).unwrap();
        assert_eq!((some.lines[0].amount, some.total), (eur(500), eur(900)));
        assert_eq!(some.lines[1].quantity.value.to_string(), "4");
        let none = order(&bid, &[part(1, Some("0"))]);
        assert!(matches!(none, Err(OrderError::Invalid(_))), "{none:?}");
        bid.all_or_nothing = true;
        let less = order(&bid, &[part(1, Some("5")), part(2, None)]);
        assert_eq!(less, Err(OrderError::WholeOnly));
        let all = order(&bid, &[part(1, Some("12")), part(2, None)]);
        assert_eq!(all.unwrap().total, bid.total);
    }

    #[test]
    fn the_bid_s_terms_come_first_and_the_stricter_disclosure_holds() {
        let mut rfp = rfp(&[("1", None)]);
        (rfp.payment, rfp.disclosure) = (Some("30 days".parse().unwrap()), Disclosure::Full);
        let mut bid = bid(&rfp, &[100]);
        bid.disclosure = Disclosure::Conclusion;
        let order = |bid: &Bid| order_from(&rfp, id(1), bid, Taking::Whole, moments()).unwrap();
        assert_eq!(order(&bid).payment, rfp.payment);
        bid.payment = Some("in advance".parse().unwrap());
        assert_eq!(order(&bid).payment, bid.payment);
        assert_eq!(order(&bid).disclosure, Disclosure::Conclusion);
    }
}
