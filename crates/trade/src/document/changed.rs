//! A bid with changes: what becomes of its lines, charges, taxes and total.

use super::{Bid, BidLine, Body, Change, Charge, Tax, change::check_changes, shared::Price};
use crate::{Invalid, List, Money, Number, Reason};

impl Bid {
    /// The bid with the changes of a counter-offer: amounts, taxes and total computed anew, everything else as it was.
    /// It declares no deviations, because those are computed from the bid and the request.
    ///
    /// Where amounts change, taxes are computed anew if one rate of one category covers everything. In a gross bid the
    /// net amount is the one whose tax at that rate gives the new total.
    ///
    /// # Errors
    /// The rules of form of a counter-offer; a line or charge that is not offered, or a change that changes nothing
    /// (`not-allowed`); a charge in another currency; several tax rates where amounts change (`not-allowed`); a gross
    /// total that no net amount gives (`sum-mismatch`); or any rule of a bid that the result would break.
    pub fn with_changes(&self, changes: &[Change]) -> Result<Bid, Invalid> {
        check_changes(changes)?;
        let mut draft = Draft::of(self);
        for (i, change) in changes.iter().enumerate() {
            draft
                .apply(change)
                .map_err(|e| e.within(&format!("changes[{i}]")))?;
        }
        let changed = draft.finish(self)?;
        let undeclared = Bid {
            deviations: List::default(),
            ..self.clone()
        };
        if changed == undeclared {
            return Err(changes_nothing("changes"));
        }
        changed.check()?;
        Ok(changed)
    }
}

fn changes_nothing(field: &str) -> Invalid {
    Invalid::because(Reason::NotAllowed, field, "changes nothing")
}

/// Puts a new value in the place of an old one, which it must differ from.
fn replace<T: PartialEq>(field: &str, old: &mut T, new: T) -> Result<(), Invalid> {
    if *old == new {
        return Err(changes_nothing(field));
    }
    *old = new;
    Ok(())
}

/// A bid while its changes are applied.
struct Draft {
    bid: Bid,
    lines: Vec<BidLine>,
    /// The charges of the bid, in their places; a removed one leaves its place empty.
    charges: Vec<Option<Charge>>,
    added: Vec<Charge>,
}

impl Draft {
    fn of(bid: &Bid) -> Self {
        Self {
            bid: bid.clone(),
            lines: bid.lines.to_vec(),
            charges: bid.charges.iter().cloned().map(Some).collect(),
            added: Vec::new(),
        }
    }

    fn apply(&mut self, change: &Change) -> Result<(), Invalid> {
        match change {
            Change::Line {
                line,
                price,
                quantity,
                lead_time_days,
            } => self.line(*line, *price, *quantity, *lead_time_days),
            Change::AddCharge { charge } => {
                self.in_currency(charge)?;
                self.added.push(charge.clone());
                Ok(())
            }
            Change::ChangeCharge { index, charge } => {
                self.in_currency(charge)?;
                replace("charge", self.charge(*index)?, Some(charge.clone()))
            }
            Change::RemoveCharge { index } => replace("index", self.charge(*index)?, None),
            Change::Delivery { delivery } => {
                replace("delivery", &mut self.bid.delivery, delivery.clone())
            }
            Change::Incoterm { incoterm } => {
                replace("incoterm", &mut self.bid.incoterm, incoterm.clone())
            }
            Change::Payment { payment } => {
                replace("payment", &mut self.bid.payment, payment.clone())
            }
            Change::ValidUntil { until } => replace("until", &mut self.bid.valid_until, *until),
            Change::Commitment { commitment } => {
                replace("commitment", &mut self.bid.commitment, *commitment)
            }
        }
    }

    fn line(
        &mut self,
        number: u32,
        price: Option<Price>,
        quantity: Option<Number>,
        lead_time_days: Option<u32>,
    ) -> Result<(), Invalid> {
        let mut lines = self.lines.iter_mut();
        let line = lines
            .find(|line| line.line == number && line.is_offered())
            .ok_or_else(|| Invalid::because(Reason::NotAllowed, "line", "is not offered"))?;
        if let Some(price) = price {
            replace("price", &mut line.price, price)?;
        }
        if let Some(quantity) = quantity {
            replace("quantity", &mut line.quantity.value, quantity)?;
        }
        if lead_time_days.is_some() {
            replace("lead_time_days", &mut line.lead_time_days, lead_time_days)?;
        }
        line.amount = line.price.amount_of(&line.quantity, self.bid.currency)?;
        Ok(())
    }

    fn charge(&mut self, index: u8) -> Result<&mut Option<Charge>, Invalid> {
        self.charges
            .get_mut(usize::from(index))
            .ok_or_else(|| Invalid::because(Reason::NotAllowed, "index", "names no charge"))
    }

    fn in_currency(&self, charge: &Charge) -> Result<(), Invalid> {
        if charge.amount.currency() == self.bid.currency {
            return Ok(());
        }
        Err(Invalid::because(
            Reason::CurrencyNotAllowed,
            "charge.amount",
            "must be in the bid's currency",
        ))
    }

    fn finish(self, old: &Bid) -> Result<Bid, Invalid> {
        let charges: Vec<_> = self
            .charges
            .into_iter()
            .flatten()
            .chain(self.added)
            .collect();
        let mut bid = Bid {
            lines: List::try_from(self.lines)?,
            charges: List::try_from(charges).map_err(|e| e.within("charges"))?,
            deviations: List::default(),
            ..self.bid
        };
        if amounts(&bid).ne(amounts(old)) {
            bid.total = Money::sum(bid.currency, amounts(&bid)).map_err(|e| e.within("total"))?;
            bid.taxes = taxes_on(&bid)?;
        }
        Ok(bid)
    }
}

/// What a bid adds up to its total.
fn amounts(bid: &Bid) -> impl Iterator<Item = Money> {
    let lines = bid.offered().map(|line| line.amount);
    lines.chain(bid.charges.iter().map(|charge| charge.amount))
}

/// The taxes of a bid whose total has changed.
fn taxes_on<const MAX: usize>(bid: &Bid) -> Result<List<Tax, MAX>, Invalid> {
    let Some(first) = bid.taxes.first() else {
        return Ok(List::default());
    };
    let same = |tax: &Tax| tax.category == first.category && tax.rate == first.rate;
    if !bid.taxes.iter().all(same) {
        return Err(Invalid::because(
            Reason::NotAllowed,
            "taxes",
            "the bid has several tax rates, so that amounts can only be changed by a new bid",
        ));
    }
    let tax = Tax::of_total(bid.total, bid.tax_basis, first)?;
    List::try_from(vec![tax])
}
