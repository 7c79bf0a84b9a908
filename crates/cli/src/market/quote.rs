//! What a sample firm answers to a request.

use anyhow::{Context, Result};
use opener_api::request::{BidDraft, LineDraft};
use opener_trade::{
    Currency, Money, Number, PeerText,
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

/// Discounts for quantity: from so many units on, so many per cent of the price.
const DISCOUNTS: [(u32, u32); 3] = [(1_000, 92), (100, 95), (10, 98)];

impl Firm {
    /// Bids on what the catalogue has, or says why not.
    ///
    /// # Errors
    /// The bid does not fit the language.
    pub fn answer(&self, rfp: &Rfp) -> Result<Answer> {
        let decline = |reason, words: &str| Ok(Answer::Decline(reason, words.to_owned()));
        let currency = self.currency().context("a firm without a currency")?;
        if !rfp.currencies.contains(&currency) {
            return decline(DeclineReason::Terms, &format!("we sell in {currency} only"));
        }
        if !self.delivers_to(&rfp.delivery.place) {
            return decline(DeclineReason::TooFar, "we do not deliver that far");
        }
        let mut lines = vec![];
        for line in &rfp.lines {
            let list = self.good(line).and_then(|good| good.price(currency));
            match list.and_then(|list| self.price(list, line.quantity.value)) {
                Some(price) => lines.push(LineDraft {
                    price: Some(price.amount()),
                    ..self.line(line.number)
                }),
                None if line.optional || rfp.rules.partial => {}
                None => {
                    let words = format!("we do not have line {}", line.number);
                    return decline(DeclineReason::NotMyGoods, &words);
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
    /// The bid does not fit the language.
    pub fn answer_anything(&self, rfp: &Rfp) -> Result<Answer> {
        if let Answer::Bid(bid) = self.answer(rfp)?
            && bid.lines.len() == rfp.lines.len()
        {
            return Ok(Answer::Bid(bid));
        }
        let currency = rfp
            .currencies
            .first()
            .copied()
            .context("a request without a currency")?;
        let count = i64::try_from(rfp.lines.len())?.max(1);
        let usual = usual_total(rfp, currency).map_or(USUAL_LINE, |total| total.minor() / count);
        // Nine tenths of the usual price, at the firm's level: within the bounds for every firm.
        let share = i128::from(usual) * i128::from(self.level) * 9 / 1_000;
        let amount = Money::from_minor(i64::try_from(share)?.max(i64::from(self.level)), currency);
        let line = |number| LineDraft {
            amount: Some(amount.amount()),
            ..self.line(number)
        };
        let lines = rfp.lines.iter().map(|asked| line(asked.number)).collect();
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

    /// The price of one unit: the list price at the firm's level, less for a larger quantity.
    fn price(&self, list: Money, quantity: Number) -> Option<Money> {
        let discount = DISCOUNTS
            .iter()
            .find(|(from, _)| quantity >= Number::from(*from));
        let per_cent =
            i64::from(self.level) * i64::from(discount.map_or(100, |(_, per_cent)| *per_cent));
        let minor = list.minor().checked_mul(per_cent)? / 10_000;
        Some(Money::from_minor(minor.max(1), list.currency()))
    }

    fn bid(&self, rfp: &Rfp, currency: Currency, lines: Vec<LineDraft>) -> Result<BidDraft> {
        let asked = rfp
            .criteria
            .iter()
            .filter(|criterion| criterion.measure == Measure::Answer);
        let answers: Vec<_> = asked
            .filter_map(|criterion| self.answer_to(criterion))
            .collect();
        Ok(BidDraft {
            currency: Some(currency),
            lines: lines.try_into()?,
            answers: answers.try_into()?,
            ..BidDraft::default()
        })
    }

    /// A value between the bounds, nearer to the best one the better the firm is.
    fn answer_to(&self, criterion: &Criterion) -> Option<CriterionAnswer> {
        let (best, worst) = (criterion.best.decimal(), criterion.worst.decimal());
        let part = Number::from(self.quality)
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
            note: PeerText::default(),
        })
    }
}

/// Minor units of one line where a request says nothing about prices.
const USUAL_LINE: i64 = 10_000;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::catalogue::firms;
    use opener_api::formats::{Timing, read_rfp};
    use opener_trade::{Duration, Timestamp};

    fn rfp(json: serde_json::Value) -> Rfp {
        let hour = Duration::from_secs(3600);
        let now = Timestamp::from_millis(1_800_000_000_000);
        let timing = Timing::from_now(now, hour, hour);
        read_rfp("test", json.to_string().as_bytes(), &timing)
            .unwrap()
            .rfp
    }

    fn chairs(quantity: u32, currency: &str, country: &str) -> Rfp {
        let place = if country == "KR" {
            (37.5, 127.0)
        } else {
            (-33.9, 151.2)
        };
        let place =
            serde_json::json!({ "country": country, "latitude": place.0, "longitude": place.1 });
        rfp(serde_json::json!({
            "title": "Chairs",
            "buyer": { "name": "Office", "place": place },
            "delivery": { "place": place },
            "currencies": [currency],
            "lines": [{ "name": "office chairs", "quantity": { "value": quantity, "unit": "H87" } }],
        }))
    }

    fn hangang() -> Firm {
        firms().unwrap().remove(0)
    }

    #[test]
    fn a_larger_quantity_costs_less_a_piece() {
        let price = |quantity| match hangang().answer(&chairs(quantity, "KRW", "KR")).unwrap() {
            Answer::Bid(bid) => bid.lines[0].price.unwrap().to_string(),
            declined => panic!("{declined:?}"),
        };
        assert_eq!(
            [price(1), price(10), price(100), price(1_000)],
            ["219000", "214620", "208050", "201480"]
        );
    }

    #[test]
    fn what_does_not_fit_is_declined_with_the_reason() {
        let reason = |rfp: &Rfp| match hangang().answer(rfp).unwrap() {
            Answer::Decline(reason, _) => reason,
            bid => panic!("{bid:?}"),
        };
        assert_eq!(reason(&chairs(1, "EUR", "KR")), DeclineReason::Terms);
        assert_eq!(reason(&chairs(1, "KRW", "AU")), DeclineReason::TooFar);
        let mut toys = chairs(1, "KRW", "KR");
        let mut lines = toys.lines.into_vec();
        lines[0].name = "toys".parse().unwrap();
        toys.lines = lines.try_into().unwrap();
        assert_eq!(reason(&toys), DeclineReason::NotMyGoods);
    }

    #[test]
    fn in_a_replay_every_firm_bids_on_everything_at_a_price_of_its_own() {
        let asked = chairs(3, "UAH", "AU");
        let amounts = firms().unwrap().into_iter().take(3).map(|firm| {
            match firm.answer_anything(&asked).unwrap() {
                Answer::Bid(bid) => bid.lines[0].amount.unwrap(),
                declined => panic!("{declined:?}"),
            }
        });
        let mut amounts: Vec<_> = amounts.map(|amount| amount.to_string()).collect();
        amounts.sort();
        amounts.dedup();
        assert_eq!(amounts.len(), 3);
    }
}
