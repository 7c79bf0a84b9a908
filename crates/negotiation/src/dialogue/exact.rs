//! Whether an order takes a bid as it stands.

use opener_trade::switch::{Countermeasure, holds};
use opener_trade::{
    Reason,
    document::{
        Bid, Charge, Delivery, Incoterm, Order, OrderResponse, ResponseLine, ResponseStatus, Rfp,
    },
    limits::REMARK_BYTES,
};

use crate::Rejection;

/// The terms of a bid: its own, or what was asked.
pub(super) struct Agreed<'a> {
    pub(super) delivery: &'a Delivery,
    pub(super) incoterm: Option<&'a Incoterm>,
    pub(super) payment: Option<&'a opener_trade::PeerText<REMARK_BYTES>>,
}

impl<'a> Agreed<'a> {
    pub(super) fn of_bid(rfp: &'a Rfp, bid: &'a Bid) -> Self {
        Self {
            delivery: bid.delivery.as_ref().unwrap_or(&rfp.delivery),
            incoterm: bid.incoterm.as_ref().or(rfp.incoterm.as_ref()),
            payment: bid.payment.as_ref().or(rfp.payment.as_ref()),
        }
    }

    /// What an order leaves out is as the bid has it.
    pub(super) fn of_order(rfp: &'a Rfp, bid: &'a Bid, order: &'a Order) -> Self {
        let offered = Self::of_bid(rfp, bid);
        Self {
            delivery: &order.delivery,
            incoterm: order.incoterm.as_ref().or(offered.incoterm),
            payment: order.payment.as_ref().or(offered.payment),
        }
    }
}

/// Every line and charge of an order is the bid's. It is exact when it takes its lines in the offered quantity, to the
/// offered place and on the offered terms.
pub(super) fn check_order(rfp: &Rfp, bid: &Bid, order: &Order) -> Result<bool, Rejection> {
    if order.total.currency() != bid.currency {
        let rule = format!("the bid is in {}", bid.currency);
        return Err(Rejection::new(Reason::CurrencyNotAllowed, rule));
    }
    let full = check_lines(bid, order)?;
    let left_out = left_out(bid, order)?;
    let whole = full && order.lines.len() == bid.offered().count() && left_out.is_empty();
    if bid.all_or_nothing && !whole {
        return Err(Rejection::not_allowed("this bid can only be ordered whole"));
    }
    let belongs = |charge: &&Charge| {
        charge.lot.is_none()
            || order
                .lines
                .iter()
                .any(|line| rfp.lot_of(line.line) == charge.lot)
    };
    if let Some(charge) = left_out.into_iter().find(belongs) {
        return Err(Rejection::not_allowed(format!(
            "the charge of {} belongs to what is ordered",
            charge.amount
        )));
    }
    let offered = Agreed::of_bid(rfp, bid);
    let ordered = Agreed::of_order(rfp, bid, order);
    Ok(full
        && ordered.delivery == offered.delivery
        && ordered.incoterm == offered.incoterm
        && ordered.payment == offered.payment)
}

/// Whether every ordered line is taken in the whole offered quantity.
fn check_lines(bid: &Bid, order: &Order) -> Result<bool, Rejection> {
    let mut full = true;
    for line in &order.lines {
        let Some(offered) = bid.offered().find(|offered| offered.line == line.line) else {
            return Err(Rejection::not_allowed(format!(
                "line {} is not offered",
                line.line
            )));
        };
        if line.price != offered.price || line.quantity.unit != offered.quantity.unit {
            return Err(Rejection::not_allowed(format!(
                "line {}: an order takes the bid's price and unit",
                line.line
            )));
        }
        let more = line.quantity.value > offered.quantity.value;
        if more && holds(Countermeasure::OfferedQuantity) {
            return Err(Rejection::new(
                Reason::QuantityExceeded,
                format!("line {}: more than offered", line.line),
            ));
        }
        full &= line.quantity == offered.quantity;
    }
    Ok(full)
}

/// The charges of a bid that an order does not take. Each one serves once.
fn left_out<'a>(bid: &'a Bid, order: &Order) -> Result<Vec<&'a Charge>, Rejection> {
    let mut left: Vec<&Charge> = bid.charges.iter().collect();
    for charge in &order.charges {
        let Some(place) = left.iter().position(|offered| *offered == charge) else {
            return Err(Rejection::not_allowed(format!(
                "the charge of {} is not the bid's",
                charge.amount
            )));
        };
        left.remove(place);
    }
    Ok(left)
}

/// Whether the buyer's confirmation repeats the seller's changed answer: each line that is not refused, as it stands.
pub(super) fn confirms(answer: &OrderResponse, confirmation: &OrderResponse) -> bool {
    let kept = answer
        .lines
        .iter()
        .filter(|line| line.status != ResponseStatus::Refused);
    let same = |a: &ResponseLine, b: &ResponseLine| {
        (a.line, a.quantity, a.price, a.window) == (b.line, b.quantity, b.price, b.window)
    };
    kept.clone().count() == confirmation.lines.len()
        && kept.zip(&confirmation.lines).all(|(a, b)| same(a, b))
}
