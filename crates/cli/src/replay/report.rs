//! What came of a replay: the object that `--json` prints.

use opener_api::{
    formats::{Reading, Source},
    view::{ApartView, BidView, OrderView, RankingView},
};
use opener_trade::{
    Money,
    document::{Charge, Rfp, TaxBasis},
};
use serde::Serialize;

use super::cast::Seller;

/// How far the orders came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Nothing is ordered.
    None,
    /// Everything that is to be ordered is ordered.
    Placed,
    /// Every order is accepted.
    Concluded,
}

/// How far the final terms came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TermsState {
    /// Not both have signed.
    None,
    /// Both have signed.
    Signed,
    /// The directory's signed receipt is there.
    Reported,
}

/// One bid on one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BidOutcome {
    /// Who bid.
    pub seller: String,
    /// The lot; null for the whole request.
    pub lot: Option<u16>,
    /// What it comes to.
    pub total: String,
    /// Without tax, where stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<String>,
    /// With tax, where stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross: Option<String>,
    /// Whether it was ranked.
    pub admitted: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// What one lot was awarded at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AwardOutcome {
    /// The lot; null for the whole request.
    pub lot: Option<u16>,
    /// Who won.
    pub seller: String,
    /// What it comes to in the order.
    pub total: String,
    /// Without tax, where stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<String>,
    /// With tax, where stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross: Option<String>,
    /// What the record awarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<RecordedOutcome>,
}

/// What the record awarded, for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedOutcome {
    /// To whom.
    pub seller: String,
    /// At what amount.
    pub total: Option<String>,
    /// Whether that includes tax.
    pub tax: TaxBasis,
    /// What this seller's recorded bid says.
    pub bid: Option<String>,
}

/// The whole outcome.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The open contracting id; null for a request of ours.
    pub ocid: Option<String>,
    /// The currency of the request.
    pub currency: String,
    /// Lines of the request.
    pub lines: usize,
    /// Peers that play sellers.
    pub sellers: usize,
    /// Those whom the directory matched.
    pub matched: usize,
    /// Those who got the request.
    pub delivered: usize,
    /// Their signed receipts for it.
    pub receipts: usize,
    /// The bids.
    pub bids: Vec<BidOutcome>,
    /// The awards.
    pub awards: Vec<AwardOutcome>,
    /// How far the orders came.
    pub order: OrderState,
    /// How far the final terms came.
    pub final_terms: TermsState,
    /// Whether the awards are those of the record, where it has some on recorded bids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_matches: Option<bool>,
    /// What was odd.
    pub warnings: Vec<String>,
    /// Why it went no further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Milliseconds from start to end.
    pub elapsed_ms: u64,
}

impl Report {
    /// The report before anything has happened.
    pub fn new(reading: &Reading, sellers: usize) -> Self {
        let ocid = match &reading.source {
            Source::Ocds(record) => Some(record.ocid.clone()).filter(|ocid| !ocid.is_empty()),
            Source::Own => None,
        };
        Self {
            ocid,
            currency: reading
                .rfp
                .currencies
                .first()
                .map(ToString::to_string)
                .unwrap_or_default(),
            lines: reading.rfp.lines.len(),
            sellers,
            matched: 0,
            delivered: 0,
            receipts: 0,
            bids: vec![],
            awards: vec![],
            order: OrderState::None,
            final_terms: TermsState::None,
            record_matches: None,
            warnings: reading.warnings.iter().map(ToString::to_string).collect(),
            error: None,
            elapsed_ms: 0,
        }
    }

    /// Whether the round came to its end.
    pub fn is_complete(&self) -> bool {
        self.order == OrderState::Concluded
            && self.final_terms == TermsState::Reported
            && self.error.is_none()
    }

    /// Takes in a ranking: one row for each bid on its lot.
    pub fn take_ranking(&mut self, rfp: &Rfp, ranking: &RankingView, bids: &[BidView]) {
        let content = |id| bids.iter().find(|bid| bid.row.bid == id);
        let apart = [
            &ranking.late,
            &ranking.knocked_out,
            &ranking.incomparable,
            &ranking.incomplete,
            &ranking.partial,
            &ranking.not_standing,
        ];
        let apart = apart
            .into_iter()
            .flatten()
            .map(|bid: &ApartView| (bid.bid, &bid.seller_name, Some(bid.detail.clone())));
        let ranked = ranking
            .ranked
            .iter()
            .map(|bid| (bid.bid, &bid.seller_name, None));
        for (id, seller, reason) in ranked.chain(apart) {
            let Some(bid) = content(id) else { continue };
            let lines = bid.content.offered().map(|line| (line.line, line.amount));
            let Some(total) = total_of(rfp, ranking.lot, lines, &bid.content.charges) else {
                continue;
            };
            let (net, gross) = by_basis(total, bid.content.tax_basis);
            self.bids.push(BidOutcome {
                seller: seller.clone(),
                lot: ranking.lot,
                total: total.amount_text(),
                net,
                gross,
                admitted: reason.is_none(),
                reason,
            });
        }
    }

    /// Takes in an order: one row for each of its lots.
    pub fn take_order(
        &mut self,
        rfp: &Rfp,
        seller: &str,
        lots: &[u16],
        order: &OrderView,
        basis: TaxBasis,
    ) {
        let lots: Vec<Option<u16>> = match lots {
            [] => vec![None],
            lots => lots.iter().copied().map(Some).collect(),
        };
        for lot in lots {
            let lines = order
                .content
                .lines
                .iter()
                .map(|line| (line.line, line.amount));
            let Some(total) = total_of(rfp, lot, lines, &order.content.charges) else {
                continue;
            };
            let (net, gross) = by_basis(total, basis);
            let (seller, total) = (seller.to_owned(), total.amount_text());
            self.awards.push(AwardOutcome {
                lot,
                seller,
                total,
                net,
                gross,
                recorded: None,
            });
        }
    }

    /// Compares the awards with those of the record.
    pub fn compare(&mut self, reading: &Reading, sellers: &[Seller]) {
        for recorded in reading.awards.iter().filter(|award| !award.bids.is_empty()) {
            let bids = || {
                recorded
                    .bids
                    .iter()
                    .filter_map(|place| reading.recorded.get(*place))
            };
            let winner = |name: &str| {
                let seller = sellers.iter().find(|seller| seller.name == name);
                seller.and_then(|seller| {
                    bids().find(|bid| seller.is(&bid.bidder.name, bid.bidder.id.as_deref()))
                })
            };
            let names: Vec<&str> = bids().map(|bid| bid.bidder.name.as_str()).collect();
            let outcome = RecordedOutcome {
                seller: names.join(" + "),
                total: recorded.amount.map(Money::amount_text),
                tax: recorded.basis,
                bid: bids().next().map(|bid| bid.amount.amount_text()),
            };
            let ours = self
                .awards
                .iter_mut()
                .find(|award| award.lot == recorded.lot);
            let matches = ours.as_ref().is_some_and(|award| {
                winner(&award.seller).is_some_and(|bid| bid.amount.amount_text() == award.total)
            });
            let of_lot = recorded
                .lot
                .map(|lot| format!(" of lot {lot}"))
                .unwrap_or_default();
            if !matches {
                let given = ours.as_ref().map_or("nobody", |award| &award.seller);
                self.warnings.push(format!(
                    "{}: the record awards it to {}, this replay gives the award{of_lot} to {given}",
                    recorded.field, outcome.seller,
                ));
            } else if recorded.basis != bids().next().map_or(recorded.basis, |bid| bid.basis) {
                self.warnings.push(format!(
                    "{}: the record's award{of_lot} is {:?} and its bid is not: they are not compared with each other",
                    recorded.field, recorded.basis,
                ));
            }
            if let Some(award) = ours {
                award.recorded = Some(outcome);
            }
            self.record_matches = Some(matches && self.record_matches != Some(false));
        }
    }
}

/// What lines and charges of one lot come to, or of everything; nothing if none of it belongs to the lot.
fn total_of(
    rfp: &Rfp,
    lot: Option<u16>,
    lines: impl Iterator<Item = (u32, Money)>,
    charges: &[Charge],
) -> Option<Money> {
    let amounts: Vec<Money> = lines
        .filter(|(line, _)| lot.is_none() || rfp.lot_of(*line) == lot)
        .map(|(_, amount)| amount)
        .collect();
    let currency = amounts.first()?.currency();
    let charges = charges
        .iter()
        .filter(|charge| lot.is_none() || charge.lot == lot)
        .map(|charge| charge.amount);
    Money::sum(currency, amounts.iter().copied().chain(charges)).ok()
}

fn by_basis(total: Money, basis: TaxBasis) -> (Option<String>, Option<String>) {
    match basis {
        TaxBasis::Net => (Some(total.amount_text()), None),
        TaxBasis::Gross => (None, Some(total.amount_text())),
        TaxBasis::Unstated => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::cast::{self, tests::tender};

    fn played(seller: &str, total: &str) -> (Reading, Report) {
        let reading = tender(&[("Alpha", 100), ("Beta", 90), ("Gamma", 95)], 95);
        let sellers = cast::sellers(&reading, 3).unwrap();
        let mut report = Report::new(&reading, sellers.len());
        report.awards.push(AwardOutcome {
            lot: None,
            seller: seller.to_owned(),
            total: total.to_owned(),
            net: None,
            gross: None,
            recorded: None,
        });
        report.compare(&reading, &sellers);
        (reading, report)
    }

    #[test]
    fn the_same_seller_at_its_recorded_bid_is_the_recorded_award() {
        let (_, report) = played("Gamma", "95.00");
        assert_eq!(report.record_matches, Some(true));
        let recorded = report.awards[0].recorded.as_ref().unwrap();
        assert_eq!(
            (recorded.seller.as_str(), recorded.bid.as_deref()),
            ("Gamma", Some("95.00"))
        );
    }

    #[test]
    fn another_seller_or_another_amount_is_told() {
        for (seller, total) in [("Beta", "90.00"), ("Gamma", "90.00"), ("Nobody", "95.00")] {
            let (reading, report) = played(seller, total);
            assert_eq!(report.record_matches, Some(false), "{seller} {total}");
            assert_eq!(report.warnings.len(), reading.warnings.len() + 1);
            assert!(
                report
                    .warnings
                    .last()
                    .unwrap()
                    .contains("the record awards it to Gamma")
            );
        }
    }

    #[test]
    fn a_round_is_complete_only_with_contract_and_receipt() {
        let (_, mut report) = played("Gamma", "95.00");
        report.order = OrderState::Concluded;
        report.final_terms = TermsState::Signed;
        assert!(!report.is_complete());
        report.final_terms = TermsState::Reported;
        assert!(report.is_complete());
        report.error = Some("late trouble".to_owned());
        assert!(!report.is_complete());
    }

    #[test]
    fn the_total_of_a_lot_holds_its_lines_and_charges_alone() {
        let reading = tender(&[("Alpha", 100)], 100);
        let currency = reading.rfp.currencies[0];
        let money = |minor| Money::from_minor(minor, currency);
        let lines = || [(1, money(500)), (2, money(70))].into_iter();
        assert_eq!(total_of(&reading.rfp, None, lines(), &[]), Some(money(570)));
        assert_eq!(total_of(&reading.rfp, Some(9), lines(), &[]), None);
    }
}
