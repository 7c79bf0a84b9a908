//! Who plays: the buyer, and one seller for each recorded bidder or some sample sellers.

use anyhow::{Result, ensure};
use opener_api::{
    Profile,
    formats::{self, Reading, RecordedBidder},
    request::{BidDraft, CommitmentDraft, LineDraft},
};
use opener_trade::{
    Category, DocumentId, List, PeerText,
    document::{Bid, Commitment, CommitmentKind, Disclosure, Party, Rfp, Roles},
    limits::{LISTING_CATEGORIES, WORDS_BYTES},
};

use crate::{
    args::MAX_SELLERS,
    market::{
        catalogue::{self, Firm},
        quote::Answer,
    },
};

/// One seller.
#[derive(Debug, Clone)]
pub struct Seller {
    /// Its name, as the record has it.
    pub name: String,
    /// Its profile.
    pub profile: Profile,
    part: Part,
}

#[derive(Debug, Clone)]
enum Part {
    /// It bids what it bid.
    Recorded(RecordedBidder),
    /// It bids by itself.
    Sample(Box<Firm>),
}

/// The sellers of a tender: its recorded bidders, or `samples` sample sellers where it records no bids.
///
/// # Errors
/// There are more bidders than one machine bears.
pub fn sellers(reading: &Reading, samples: u32) -> Result<Vec<Seller>> {
    let bidders = formats::bidders(reading);
    let most = MAX_SELLERS as usize;
    ensure!(
        bidders.len() <= most,
        "the file records {} bidders; a replay plays at most {most}",
        bidders.len()
    );
    if bidders.is_empty() {
        let firms = chosen(&reading.rfp, samples as usize)?;
        return firms
            .into_iter()
            .map(|firm| sample(&reading.rfp, firm))
            .collect();
    }
    bidders
        .into_iter()
        .map(|bidder| recorded(&reading.rfp, bidder))
        .collect()
}

/// The firms whose catalogues have most of what is asked.
fn chosen(rfp: &Rfp, count: usize) -> Result<Vec<Firm>> {
    let fit = |firm: &Firm| {
        let is_payable = firm
            .currency()
            .is_some_and(|currency| rfp.currencies.contains(&currency));
        let lines = rfp
            .lines
            .iter()
            .filter(|line| firm.good(line).is_some())
            .count();
        std::cmp::Reverse((is_payable, lines))
    };
    let mut firms = catalogue::firms()?;
    firms.sort_by_cached_key(fit);
    catalogue::take(&firms, count)
}

fn sample(rfp: &Rfp, firm: Firm) -> Result<Seller> {
    let profile = Profile {
        radius_km: None,
        currencies: List::default(),
        languages: List::default(),
        categories: categories(rfp)?,
        words: words(rfp, firm.profile.words.as_str()),
        ..firm.profile.clone()
    };
    Ok(Seller {
        name: profile.name.to_string(),
        profile,
        part: Part::Sample(Box::new(firm)),
    })
}

fn recorded(rfp: &Rfp, bidder: RecordedBidder) -> Result<Seller> {
    let profile = Profile {
        name: PeerText::truncated(&bidder.name),
        roles: Roles {
            buys: false,
            sells: true,
        },
        place: rfp.delivery.place.clone(),
        contact: None,
        categories: categories(rfp)?,
        words: words(rfp, ""),
        radius_km: None,
        currencies: List::default(),
        languages: List::default(),
        url: None,
        disclosure: Disclosure::Full,
    };
    Ok(Seller {
        name: bidder.name.clone(),
        profile,
        part: Part::Recorded(bidder),
    })
}

/// What the buyer's peer says of itself.
pub fn buyer(rfp: &Rfp) -> Profile {
    let Party {
        name,
        place,
        contact,
    } = rfp.buyer.clone();
    Profile {
        name,
        roles: Roles {
            buys: true,
            sells: false,
        },
        place,
        contact,
        categories: List::default(),
        words: PeerText::default(),
        radius_km: None,
        currencies: List::default(),
        languages: List::default(),
        url: None,
        disclosure: rfp.disclosure,
    }
}

/// The request's categories, so that a directory finds whoever lists them.
fn categories(rfp: &Rfp) -> Result<List<Category, LISTING_CATEGORIES>> {
    let mut found: Vec<Category> = vec![];
    for category in rfp.lines.iter().flat_map(|line| &line.categories) {
        if found.len() < LISTING_CATEGORIES && !found.contains(category) {
            found.push(category.clone());
        }
    }
    Ok(found.try_into()?)
}

/// Own words and the request's title and names of lines: the words that a search for its goods holds.
fn words(rfp: &Rfp, own: &str) -> PeerText<WORDS_BYTES> {
    let names = rfp.lines.iter().map(|line| line.name.as_str());
    let all: Vec<&str> = [own, rfp.title.as_str()].into_iter().chain(names).collect();
    PeerText::truncated(&all.join(" "))
}

impl Seller {
    /// What this seller answers.
    ///
    /// # Errors
    /// The recorded bid cannot be one of today.
    pub fn answer(&self, rfp: &Rfp) -> Result<Answer> {
        match &self.part {
            Part::Sample(firm) => firm.answer_anything(rfp),
            Part::Recorded(bidder) => {
                let until = rfp.schedule.award_by.plus(rfp.rules.validity);
                let party = Party {
                    name: self.profile.name.clone(),
                    place: self.profile.place.clone(),
                    contact: None,
                };
                // The peer fills in which request it answers.
                let nowhere = DocumentId::from_bytes([0; 32]);
                let bid = bidder.to_bid(nowhere, rfp, party, until, Commitment::Firm { until })?;
                Ok(Answer::Bid(Box::new(draft(bid)?)))
            }
        }
    }

    /// Why the record shows this seller's bid on a lot as refused.
    pub fn refused(&self) -> Vec<(Option<u16>, String)> {
        match &self.part {
            Part::Sample(_) => vec![],
            Part::Recorded(bidder) => bidder
                .bids
                .iter()
                .filter_map(|bid| Some((bid.lot, bid.refused.clone()?)))
                .collect(),
        }
    }

    /// The registered number of a recorded bidder.
    pub fn is(&self, name: &str, id: Option<&str>) -> bool {
        match (&self.part, id) {
            (Part::Recorded(bidder), Some(id)) if bidder.id.is_some() => {
                bidder.id.as_deref() == Some(id)
            }
            _ => self.name == name,
        }
    }
}

/// A bid as `bid.send` takes it: every price, quantity and sum as it stands.
fn draft(bid: Bid) -> Result<BidDraft> {
    let line = |line: &opener_trade::document::BidLine| LineDraft {
        line: line.line,
        offer: Some(line.offer),
        description: Some(line.description.clone()),
        quantity: Some(line.quantity),
        price: Some(line.price.price),
        base_quantity: Some(line.price.base_quantity),
        amount: Some(line.amount.amount()),
        lead_time_days: line.lead_time_days,
    };
    Ok(BidDraft {
        quote_number: bid.quote_number,
        currency: Some(bid.currency),
        tax_basis: Some(bid.tax_basis),
        lines: bid.lines.iter().map(line).collect::<Vec<_>>().try_into()?,
        total: Some(bid.total.amount()),
        valid_until: Some(bid.valid_until),
        commitment: Some(CommitmentDraft {
            kind: CommitmentKind::Firm,
            until: Some(bid.valid_until),
        }),
        all_or_nothing: bid.all_or_nothing,
        disclosure: Some(bid.disclosure),
        ..BidDraft::default()
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use opener_api::formats::{Timing, read_rfp};
    use opener_trade::{Duration, Timestamp};
    use serde_json::json;

    /// A tender for chairs with these bids in hryvnia, awarded at this amount. Who has bid less was refused.
    pub(in crate::replay) fn tender(bids: &[(&str, u32)], awarded: u32) -> Reading {
        let value = |amount: u32| json!({ "amount": amount, "currency": "UAH" });
        let bid = |(name, amount): &(&str, u32)| json!({ "id": name, "status": "active", "value": value(*amount), "tenderers": [{ "name": name }] });
        let award = |(name, amount): &(&str, u32)| {
            let status = if *amount == awarded {
                "active"
            } else {
                "unsuccessful"
            };
            json!({ "status": status, "value": value(*amount), "suppliers": [{ "name": name }] })
        };
        let json = json!({
            "ocid": "ocds-be6bcu-1",
            "buyer": { "name": "School" },
            "tender": {
                "title": "Chairs",
                "items": [{ "id": "1", "description": "Chairs", "quantity": 2, "unit": { "id": "H87" } }],
            },
            "bids": { "details": bids.iter().map(bid).collect::<Vec<_>>() },
            "awards": bids.iter().filter(|(_, amount)| *amount <= awarded).map(award).collect::<Vec<_>>(),
        });
        let hour = Duration::from_secs(3600);
        let timing = Timing::from_now(Timestamp::from_millis(1_800_000_000_000), hour, hour);
        read_rfp("test", json.to_string().as_bytes(), &timing).unwrap()
    }

    fn amount(seller: &Seller, rfp: &Rfp) -> String {
        match seller.answer(rfp).unwrap() {
            Answer::Bid(bid) => bid
                .total
                .map_or_else(String::new, |total| total.to_string()),
            declined => panic!("{declined:?}"),
        }
    }

    #[test]
    fn each_bidder_plays_itself_at_its_recorded_amount() {
        let reading = tender(&[("Alpha", 100), ("Beta", 90)], 100);
        let sellers = sellers(&reading, 3).unwrap();
        let played: Vec<_> = sellers
            .iter()
            .map(|seller| (seller.name.as_str(), amount(seller, &reading.rfp)))
            .collect();
        assert_eq!(
            played,
            [("Alpha", "100".to_owned()), ("Beta", "90".to_owned())]
        );
        assert!(sellers[0].refused().is_empty());
        assert!(sellers[1].refused()[0].1.contains("unsuccessful"));
    }

    #[test]
    fn a_directory_finds_every_player_by_the_words_of_the_request() {
        let reading = tender(&[("Alpha", 100)], 100);
        let recorded = sellers(&reading, 3).unwrap().remove(0);
        assert!(recorded.profile.words.as_str().contains("Chairs"));
        let none = tender(&[], 0);
        let samples = sellers(&none, 4).unwrap();
        assert_eq!(samples.len(), 4);
        for sample in &samples {
            assert!(sample.profile.words.as_str().contains("Chairs"));
            assert!(sample.profile.radius_km.is_none() && sample.profile.currencies.is_empty());
        }
    }

    #[test]
    fn more_bidders_than_a_machine_bears_are_refused() {
        let names: Vec<String> = (0..=MAX_SELLERS).map(|i| format!("Bidder {i}")).collect();
        let bids: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 100)).collect();
        let most = MAX_SELLERS as usize;
        assert_eq!(sellers(&tender(&bids[..most], 1), 3).unwrap().len(), most);
        assert!(
            sellers(&tender(&bids, 1), 3)
                .unwrap_err()
                .to_string()
                .contains("at most")
        );
    }
}
