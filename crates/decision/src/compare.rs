//! The one number that a bid's prices come to, in the currency and tax basis of the ranking.

use opener_trade::{
    Currency, Money,
    document::{Bid, Rfp, TaxBasis},
};
use rust_decimal::Decimal;

use crate::{
    Obstacle,
    part::{Offer, Part},
};

/// The sum of an offer as the bid states it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stated {
    /// Lines and charges of the part.
    pub sum: Money,
    /// Whether that is with tax.
    pub basis: TaxBasis,
    /// Whether it is the bid's total.
    pub is_whole: bool,
}

/// The currency of the ranking: the RFP's first. The bounds of the criteria are in it.
pub(crate) fn currency(rfp: &Rfp) -> Option<Currency> {
    rfp.currencies.first().copied()
}

/// The stated sum of a bid that is complete and in the right currency and units.
pub(crate) fn stated(
    rfp: &Rfp,
    part: &Part<'_>,
    lot: Option<u16>,
    bid: &Bid,
) -> Result<Stated, Obstacle> {
    let offer = part.offer(bid);
    if let Some(wanted) = currency(rfp).filter(|wanted| *wanted != bid.currency) {
        return Err(Obstacle::Currency {
            offered: bid.currency,
            wanted,
        });
    }
    if let Some(line) = offer.not_asked {
        return Err(Obstacle::NotAsked { line });
    }
    if offer.lines.is_empty() {
        return Err(Obstacle::NoOffer);
    }
    if lot.is_some() && bid.all_or_nothing && offer.reaches_beyond {
        return Err(Obstacle::WholeOnly);
    }
    check_units(&offer)?;
    if !offer.missing.is_empty() || !offer.short.is_empty() {
        let (missing, short) = (offer.missing, offer.short);
        return Err(if rfp.rules.partial {
            Obstacle::Partial { missing, short }
        } else {
            Obstacle::Incomplete { missing, short }
        });
    }
    Ok(Stated {
        sum: offer.total(bid).ok_or(Obstacle::TooLarge)?,
        basis: bid.tax_basis,
        is_whole: offer.is_whole,
    })
}

fn check_units(offer: &Offer<'_, '_>) -> Result<(), Obstacle> {
    let other = offer
        .lines
        .iter()
        .find(|(asked, offered)| asked.quantity.unit != offered.quantity.unit);
    match other {
        None => Ok(()),
        Some((asked, offered)) => Err(Obstacle::Unit {
            line: asked.number,
            asked: asked.quantity.unit,
            offered: offered.quantity.unit,
        }),
    }
}

/// The basis in which bids are compared: the one that the RFP asks for. Where it asks for none, the one that most
/// bids state, in doubt net before gross before unstated.
pub(crate) fn basis(rfp: &Rfp, stated: impl Iterator<Item = TaxBasis> + Clone) -> TaxBasis {
    if rfp.rules.tax_basis != TaxBasis::Unstated {
        return rfp.rules.tax_basis;
    }
    let count = |basis| stated.clone().filter(|b| *b == basis).count();
    let bases = [TaxBasis::Unstated, TaxBasis::Gross, TaxBasis::Net];
    bases
        .into_iter()
        .filter(|basis| count(*basis) > 0)
        .max_by_key(|basis| count(*basis))
        .unwrap_or(TaxBasis::Unstated)
}

/// The sum in the wanted basis, where it follows from what the bid states: its total by its taxes, a part by the one
/// rate that all of its taxes have.
pub(crate) fn converted(bid: &Bid, stated: Stated, wanted: TaxBasis) -> Result<Money, Obstacle> {
    if stated.basis == wanted {
        return Ok(stated.sum);
    }
    let total = match wanted {
        TaxBasis::Net => bid.net(),
        TaxBasis::Gross => bid.gross(),
        TaxBasis::Unstated => None,
    };
    total
        .filter(|_| stated.is_whole)
        .or_else(|| by_rate(bid, stated, wanted))
        .ok_or(Obstacle::TaxBasis {
            offered: stated.basis,
            wanted,
        })
}

fn by_rate(bid: &Bid, stated: Stated, wanted: TaxBasis) -> Option<Money> {
    let rate = bid.taxes.first()?.rate;
    if bid.taxes.iter().any(|tax| tax.rate != rate) {
        return None;
    }
    let with_tax = Decimal::ONE_HUNDRED.checked_add(rate.decimal())?;
    let (factor, divisor) = match (stated.basis, wanted) {
        (TaxBasis::Net, TaxBasis::Gross) => (with_tax, Decimal::ONE_HUNDRED),
        (TaxBasis::Gross, TaxBasis::Net) => (Decimal::ONE_HUNDRED, with_tax),
        _ => return None,
    };
    let sum = stated.sum.amount().decimal().checked_mul(factor)?;
    Money::rounded(sum.checked_div(divisor)?, stated.sum.currency()).ok()
}
