//! The request that a release describes.

use opener_trade::{
    Currency, Invalid, List, Number, PeerText,
    document::{
        BidRules, Body, Criterion, Delivery, Direction, Disclosure, Measure, Rfp, Schedule,
    },
    limits::{CURRENCIES, DESCRIPTION_BYTES, NAME_BYTES},
};
use rust_decimal::Decimal;

use super::{
    awards::{self, Award},
    bids::{self, Written},
    lines::{self, Items},
    lots::Lots,
    party,
    price::{Amount, chosen_currency, currency},
    refusal::refusal,
    release::{Release, words},
    schedule,
};
use crate::{
    FormatError,
    field::Field,
    reading::{Reading, Record, RecordedBid, Source, Timing},
    replay,
    text::{cut, guessed_language},
    warning::Warnings,
};

/// Where no amount is known, prices count up to this many major units: more than any tender that we know of, and few
/// enough digits to tell prices a cent apart.
pub(crate) const OPEN_CEILING: u32 = 1_000_000_000;

/// Reads an OCDS file as a request, with its recorded bids and awards.
pub(crate) fn read(file: &str, root: &Field<'_>, timing: &Timing) -> Result<Reading, FormatError> {
    let mut warnings = Warnings::default();
    let w = &mut warnings;
    let release = Release::find(file, root, w)?;
    let tender = release.section("tender");
    let lots = Lots::read(file, &tender, w)?;
    let mut items = lines::items(file, &tender, &lots, w)?;
    let mut lots_kept = lots.settle(&mut items.lines, &tender, w);
    let found = bids::bids(&release.section("bids"), &lots, w);
    if lots_kept.len() > 1 && !found.is_empty() && found.iter().all(|bid| bid.lot.is_none()) {
        let text = "no bid names a lot; the tender is awarded as a whole";
        w.add(tender.get("lots").path(), text);
        lots_kept.clear();
        items.lines.iter_mut().for_each(|line| line.lot = None);
    }
    let numbers: Vec<u16> = lots_kept.iter().map(|lot| lot.number).collect();
    let bids = bids::settled(found, &numbers, w);
    let awards = awards::awards(&release.section("awards"), &lots, &bids, w);
    let awards = awards::settled(awards, &numbers, w);
    let value = Amount::read(&tender.get("value"), w);
    let amounts = Amounts {
        value,
        lots: &lots,
        items: &items,
        bids: &bids,
        awards: &awards,
    };
    let named = amounts.currencies(&tender, w);
    let impossible = |broken: &Invalid| FormatError::of_rule(file, broken);
    let buyer = party::buyer(&release, &named, w)
        .ok_or_else(|| FormatError::new(file, "buyer", "cannot be placed; name its country"))?;
    let of_bids: Vec<Currency> = bids.iter().filter_map(|bid| bid.amount.currency).collect();
    let currency = chosen_currency(&of_bids, &named, buyer.place.country, &tender, w)
        .ok_or_else(|| FormatError::new(file, "tender/value/currency", "name a currency"))?;
    let criterion = amounts.criterion(&tender, currency, w);
    if bids.is_empty() && awards.iter().any(Award::is_active) {
        let text = "holds no bids; the recorded awards can be compared with none";
        w.add(release.section("bids").path(), text);
    }
    let recorded_period = schedule::bidding(&tender, w);
    bids::note_late(&bids, recorded_period.end, w);
    let tax_basis = bids::basis(&tender.get("value"), &bids, w);
    let (recorded, kept) = recorded(&bids, &awards, currency, w);
    let active = awards::active(&awards, &kept, &recorded, currency, w);
    let (title, description) = titles(&tender, &items, w);
    let delivered = schedule::window(&tender.get("contractPeriod"), timing.award_by, w);
    lines::deliveries(&mut items.lines, &tender, &buyer, timing.award_by, w);
    let mut currencies = vec![currency];
    currencies.extend(of_bids.iter().copied().filter(|other| *other != currency));
    currencies.dedup();
    currencies.truncate(CURRENCIES);
    let rfp = Rfp {
        revision: 1,
        language: language(&release, &tender, &title, &description, w)
            .ok_or_else(|| FormatError::new(file, "tender/title", "is in no language"))?,
        title: cut::<NAME_BYTES>(tender.get("title").path(), &title, w),
        description: cut::<DESCRIPTION_BYTES>(tender.get("description").path(), &description, w),
        schedule: Schedule {
            open: timing.now,
            question_cutoff: None,
            bid_deadline: timing.bid_deadline,
            award_by: timing.award_by,
        },
        rules: BidRules {
            tax_basis,
            ..BidRules::default()
        },
        currencies: List::try_from(currencies).map_err(|e| impossible(&e))?,
        delivery: Delivery {
            place: buyer.place.clone(),
            window: delivered,
        },
        buyer,
        incoterm: None,
        payment: None,
        criteria: List::try_from(vec![criterion]).map_err(|e| impossible(&e))?,
        disclosure: Disclosure::Full,
        attachments: List::default(),
        lots: List::try_from(lots_kept).map_err(|e| impossible(&e))?,
        lines: List::try_from(items.lines).map_err(|e| impossible(&e))?,
        stamps: List::default(),
    };
    rfp.check().map_err(|e| impossible(&e))?;
    let source = Source::Ocds(Record {
        ocid: release.ocid,
        opened: recorded_period.start,
        deadline: recorded_period.end,
    });
    let mut reading = Reading {
        rfp,
        source,
        recorded,
        awards: active,
        warnings: vec![],
    };
    replay::note_spread(&reading, w);
    reading.warnings = warnings.finish();
    Ok(reading)
}

/// Every amount of a record that says how large prices may be.
struct Amounts<'a> {
    value: Option<Amount>,
    lots: &'a Lots,
    items: &'a Items,
    bids: &'a [Written],
    awards: &'a [Award],
}

impl Amounts<'_> {
    /// The currencies that the record names, that of the tender's value first.
    fn currencies(&self, tender: &Field<'_>, warnings: &mut Warnings) -> Vec<Currency> {
        let of_value = currency(&tender.get("value").get("currency"), warnings);
        let of_items = self.items.estimates.iter().map(|(_, price)| price);
        let of_awards = self.awards.iter().filter_map(|award| award.amount.as_ref());
        let all = self.lots.values.iter().chain(of_items).chain(of_awards);
        of_value
            .into_iter()
            .chain(all.filter_map(|amount| amount.currency))
            .collect()
    }

    /// Price alone, from nothing to twice the larger of the tender's value and its highest bid. Where a record has
    /// neither, an award, the lots' values or the items' estimates stand in.
    fn criterion(
        &self,
        tender: &Field<'_>,
        currency: Currency,
        warnings: &mut Warnings,
    ) -> Criterion {
        let same = |amount: &&Amount| amount.currency.is_none_or(|other| other == currency);
        let value = |amount: &Amount| amount.number.decimal();
        let of_bids = self.bids.iter().map(|bid| &bid.amount);
        let stated = self.value.iter().chain(of_bids).filter(same).map(value);
        let of_awards = self.awards.iter().filter_map(|award| award.amount.as_ref());
        let of_awards = of_awards.filter(same).map(value);
        let of_lots = self.lots.values.iter().filter(same).map(value);
        let of_items = self
            .items
            .estimates
            .iter()
            .filter(|(_, price)| same(&price));
        let of_items =
            of_items.map(|(quantity, price)| quantity.decimal().saturating_mul(value(price)));
        let largest = stated
            .max()
            .filter(|largest| *largest > Decimal::ZERO)
            .or_else(|| {
                let lots = of_lots.fold(Decimal::ZERO, Decimal::saturating_add);
                let items = of_items.fold(Decimal::ZERO, Decimal::saturating_add);
                of_awards.chain([lots, items]).max()
            })
            .unwrap_or_default();
        let worst = if largest > Decimal::ZERO {
            bounded(largest.max(Decimal::ONE))
        } else {
            let text = format!("no amount is named; prices count up to {OPEN_CEILING}");
            warnings.add(tender.get("value").path(), text);
            Decimal::from(OPEN_CEILING)
        };
        Criterion {
            name: PeerText::truncated("price"),
            weight: Decimal::ONE_HUNDRED.into(),
            direction: Direction::Lower,
            best: Number::ZERO,
            worst: worst.into(),
            knock_out: false,
            measure: Measure::Total,
        }
    }
}

/// Twice the amount, within 28 digits.
fn bounded(largest: Decimal) -> Decimal {
    let most = Decimal::from_i128_with_scale(9_999_999_999_999_999_999_999_999_999, 0);
    largest.saturating_mul(Decimal::TWO).min(most)
}

/// The recorded bids, and where each written bid stands among them.
fn recorded(
    bids: &[Written],
    awards: &[Award],
    currency: Currency,
    warnings: &mut Warnings,
) -> (Vec<RecordedBid>, Vec<Option<usize>>) {
    let (mut recorded, mut kept) = (vec![], vec![]);
    for (place, bid) in bids.iter().enumerate() {
        let Some(mut found) = bid.recorded(currency, warnings) else {
            kept.push(None);
            continue;
        };
        found.refused = refusal(bid, place, awards);
        kept.push(Some(recorded.len()));
        recorded.push(found);
    }
    (recorded, kept)
}

/// Title and description. A title that must be cut stays whole in the description.
fn titles(tender: &Field<'_>, items: &Items, warnings: &mut Warnings) -> (String, String) {
    let field = tender.get("title");
    let title = words(&field, warnings).unwrap_or_else(|| {
        let name = items
            .lines
            .first()
            .map(|line| line.name.to_string())
            .unwrap_or_default();
        warnings.add(field.path(), "is missing; taken from the first line");
        name
    });
    let title = title.replace('\n', " ");
    let description = words(&tender.get("description"), warnings).unwrap_or_default();
    if title.len() > NAME_BYTES && !description.contains(&title) {
        let whole = format!("{title}\n\n{description}");
        return (title, whole.trim().to_owned());
    }
    (title, description)
}

fn language(
    release: &Release<'_>,
    tender: &Field<'_>,
    title: &str,
    description: &str,
    warnings: &mut Warnings,
) -> Option<opener_trade::Language> {
    let fields = [tender.get("language"), release.section("language")];
    let named = fields
        .iter()
        .find_map(|field| field.text(warnings)?.parse().ok());
    named.or_else(|| {
        let guess = guessed_language(&format!("{title} {description}"))?;
        let text = format!("is missing; {} guessed from the text", guess.as_str());
        warnings.add(fields[1].path(), text);
        Some(guess)
    })
}
