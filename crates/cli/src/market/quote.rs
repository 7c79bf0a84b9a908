//! What a sample firm answers to a request.

use anyhow::Result;
use opener_api::request::{BidDraft, LineDraft};
use opener_trade::{
    Currency, Money, Number,
    document::{Criterion, CriterionAnswer, DeclineReason, Measure, Rfp},
};

use super::catalogue::Firm;

/// What a seller answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A bid.
    Bid(Box<BidDraft>),
    /// No bid: why, by kind and in words.
    Decline(DeclineReason, String),
}

impl Firm {
    /// Bids on what the catalogue has, or says why not.
    ///
    /// # Errors
    /// A price does not fit money.
    pub fn answer(&self, rfp: &Rfp) -> Result<Answer> {
        let decline = |reason, words: &str| Ok(Answer::Decline(reason, words.to_owned()));
        let currency: Currency = self.currency.parse()?;
        if !rfp.currencies.contains(&currency) {
            return decline(DeclineReason::Terms, &format!("we sell in {currency} only"));
        }
        let own = self.profile(0)?;
        let distance = own.place.distance_km(&rfp.delivery.place);
        if distance.is_some_and(|km| own.radius_km.is_some_and(|most| km > f64::from(most))) {
            return decline(DeclineReason::TooFar, "we do not deliver that far");
        }
        let mut lines = vec![];
        for line in &rfp.lines {
            match self.good(line)? {
                Some(good) => {
                    let price = self.price(good.price(self.currency), line.quantity.value);
                    let price = Some(Money::from_minor(price, currency).amount());
                    lines.push(LineDraft {
                        price,
                        ..self.line(line.number)
                    });
                }
                None if line.optional || rfp.rules.partial => {}
                None => {
                    return decline(
                        DeclineReason::NotMyGoods,
                        &format!("we do not have line {}", line.number),
                    );
                }
            }
        }
        match lines.is_empty() {
            true => decline(
                DeclineReason::NotMyGoods,
                "nothing of this is in our catalogue",
            ),
            false => self
                .bid(rfp, currency, lines)
                .map(|bid| Answer::Bid(Box::new(bid))),
        }
    }

    /// Bids on every line of any request: from the catalogue where it has all of it, else a share of what the request
    /// counts as a usual price.
    ///
    /// # Errors
    /// A price does not fit money.
    pub fn answer_anything(&self, rfp: &Rfp) -> Result<Answer> {
        match self.answer(rfp)? {
            Answer::Bid(bid) if bid.lines.len() == rfp.lines.len() => return Ok(Answer::Bid(bid)),
            _ => {}
        }
        let currency = rfp
            .currencies
            .first()
            .copied()
            .map_or_else(|| self.currency.parse(), Ok)?;
        let count = i64::try_from(rfp.lines.len())?;
        let usual = usual_total(rfp, currency)
            .unwrap_or_else(|| Money::from_minor(count.saturating_mul(1_000), currency));
        // Nine tenths of the usual price, at the firm's level: within the bounds for every firm.
        let each =
            i128::from(usual.minor()) / i128::from(count.max(1)) * i128::from(self.level) * 9
                / 1_000;
        let each = i64::try_from(each)?;
        let amount = Some(Money::from_minor(each.max(self.level), currency).amount());
        let lines = rfp
            .lines
            .iter()
            .map(|line| LineDraft {
                amount,
                ..self.line(line.number)
            })
            .collect();
        Ok(Answer::Bid(Box::new(self.bid(rfp, currency, lines)?)))
    }

    fn line(&self, line: u32) -> LineDraft {
        LineDraft {
            line,
            offer: None,
            description: None,
            quantity: None,
            price: None,
            base_quantity: None,
            amount: None,
            lead_time_days: Some(self.lead_time_days),
        }
    }

    /// The price of one unit in minor units: the list price at the firm's level, less for a larger quantity.
    fn price(&self, list: i64, quantity: Number) -> i64 {
        let discounts = [(1_000, 92), (100, 95), (10, 98)];
        let discount = discounts
            .iter()
            .find(|(from, _)| quantity >= Number::from(*from))
            .map_or(100, |(_, per_cent)| *per_cent);
        (list.saturating_mul(self.level).saturating_mul(discount) / 10_000).max(1)
    }

    fn bid(&self, rfp: &Rfp, currency: Currency, lines: Vec<LineDraft>) -> Result<BidDraft> {
        let asked = rfp
            .criteria
            .iter()
            .filter(|criterion| criterion.measure == Measure::Answer);
        let answers = asked.filter_map(|criterion| self.answer_to(criterion));
        Ok(BidDraft {
            currency: Some(currency),
            lines: lines.try_into()?,
            answers: answers.collect::<Vec<_>>().try_into()?,
            ..BidDraft::default()
        })
    }

    /// A value between the bounds, nearer to the best one the better the firm is.
    fn answer_to(&self, criterion: &Criterion) -> Option<CriterionAnswer> {
        let (best, worst) = (criterion.best.decimal(), criterion.worst.decimal());
        let part = Number::from(u32::try_from(self.quality).ok()?)
            .decimal()
            .checked_div(Number::from(100).decimal())?;
        let value = best
            .checked_sub(worst)?
            .checked_mul(part)?
            .checked_add(worst)?
            .round_dp(3);
        Some(CriterionAnswer {
            criterion: criterion.name.clone(),
            value: value.into(),
            note: opener_trade::PeerText::default(),
        })
    }
}

/// What a request counts as a usual price: half of its worst total.
fn usual_total(rfp: &Rfp, currency: Currency) -> Option<Money> {
    let total = rfp
        .criteria
        .iter()
        .find(|criterion| criterion.measure == Measure::Total)?;
    let half = total
        .worst
        .decimal()
        .checked_div(Number::from(2).decimal())?;
    Money::rounded(half, currency)
        .ok()
        .filter(|money| money.minor() > 0)
}
