//! A bid as a person writes it, and the signed form that it becomes.

use opener_decision::declared;
use opener_trade::{
    Currency, DocumentId, Duration, Invalid, List, Money, Number, PeerText, Quantity, Timestamp,
    document::{
        Attachment, Bid, BidLine, Charge, Commitment, CommitmentKind, CriterionAnswer, Delivery,
        Disclosure, Incoterm, Line, LineOffer, Party, Price, Rfp, Tax, TaxBasis,
    },
    limits::{
        ATTACHMENTS, CHARGES, CRITERIA, LABEL_BYTES, LINE_DESCRIPTION_BYTES, LINES, REMARK_BYTES,
        TAXES, URL_BYTES, URLS,
    },
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The offer for one line. Price or amount is enough; with both, they must agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LineDraft {
    /// The RFP's line number.
    pub line: u32,
    /// Quoted if nothing is said.
    pub offer: Option<LineOffer>,
    /// What the alternative is, or a remark.
    pub description: Option<PeerText<LINE_DESCRIPTION_BYTES>>,
    /// How much; the quantity asked for if nothing is said.
    pub quantity: Option<Quantity>,
    /// Price of the base quantity, in major units.
    pub price: Option<Number>,
    /// What the price is for; one unit if nothing is said.
    pub base_quantity: Option<Number>,
    /// What the line comes to, in major units; computed where a price is given.
    pub amount: Option<Number>,
    /// Days from order to delivery.
    pub lead_time_days: Option<u32>,
}

/// Tax of one rate. Of a single tax the taxable amount is the whole bid's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct TaxDraft {
    /// Category code of UNCL 5305; `S` (standard) if nothing is said.
    pub category: Option<PeerText<LABEL_BYTES>>,
    /// Rate in per cent.
    pub rate: Number,
    /// The amount without tax that it is computed on, in major units.
    pub taxable: Option<Number>,
    /// The tax, in major units; computed if nothing is said.
    pub amount: Option<Number>,
}

/// How firmly the bid binds; as the RFP asks if nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CommitmentDraft {
    /// Indicative, revocable or firm.
    pub kind: CommitmentKind,
    /// Firm until then; as long as the bid is valid if nothing is said.
    pub until: Option<Timestamp>,
}

/// A bid as a person writes it. What is left out is filled in from the RFP and the profile, or computed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields)]
pub struct BidDraft {
    /// The seller's own quote number.
    pub quote_number: Option<PeerText<LABEL_BYTES>>,
    /// The currency; the RFP's first if nothing is said.
    pub currency: Option<Currency>,
    /// Whether the amounts include tax; as the RFP asks if nothing is said.
    pub tax_basis: Option<TaxBasis>,
    /// The lines.
    pub lines: List<LineDraft, LINES>,
    /// Charges beside the lines.
    #[ts(optional, as = "Option<List<Charge, CHARGES>>")]
    pub charges: List<Charge, CHARGES>,
    /// The taxes: with them both net and gross are known.
    #[ts(optional, as = "Option<List<TaxDraft, TAXES>>")]
    pub taxes: List<TaxDraft, TAXES>,
    /// The sum of lines and charges, in major units; computed if nothing is said, refused if wrong.
    pub total: Option<Number>,
    /// Where and when it delivers, if otherwise than asked.
    pub delivery: Option<Delivery>,
    /// Its Incoterm, if otherwise than asked.
    pub incoterm: Option<Incoterm>,
    /// Its terms of payment, if otherwise than asked.
    pub payment: Option<PeerText<REMARK_BYTES>>,
    /// Its values for the criteria that bidders answer.
    #[ts(optional, as = "Option<List<CriterionAnswer, CRITERIA>>")]
    pub answers: List<CriterionAnswer, CRITERIA>,
    /// Pages about the goods.
    #[ts(optional, as = "Option<List<PeerText<URL_BYTES>, URLS>>")]
    pub urls: List<PeerText<URL_BYTES>, URLS>,
    /// Files.
    #[ts(optional, as = "Option<List<Attachment, ATTACHMENTS>>")]
    pub attachments: List<Attachment, ATTACHMENTS>,
    /// It can be ordered until here.
    pub valid_until: Option<Timestamp>,
    /// It can be ordered for so many seconds from now. Without both, as long as the RFP asks.
    pub valid_for_s: Option<u32>,
    /// How firmly it binds.
    pub commitment: Option<CommitmentDraft>,
    /// It can only be ordered whole.
    #[ts(optional, as = "Option<bool>")]
    pub all_or_nothing: bool,
    /// What the directory may learn in the end; as the profile says if nothing is said.
    pub disclosure: Option<Disclosure>,
}

/// What a bid is filled in from.
pub(crate) struct Context<'a> {
    /// The RFP's document.
    pub(crate) rfp_id: DocumentId,
    /// The RFP.
    pub(crate) rfp: &'a Rfp,
    /// Who offers.
    pub(crate) seller: Party,
    /// What the seller's profile lets the directory learn.
    pub(crate) disclosure: Disclosure,
    /// Now.
    pub(crate) now: Timestamp,
}

impl BidDraft {
    /// The bid that is signed, with its sums and deviations.
    pub(crate) fn complete(self, context: Context<'_>) -> Result<Bid, Invalid> {
        let rfp = context.rfp;
        let preferred = || rfp.currencies.first().copied();
        let currency = self
            .currency
            .or_else(preferred)
            .ok_or_else(|| Invalid::new("currency", "say the currency"))?;
        let tax_basis = self.tax_basis.unwrap_or(rfp.rules.tax_basis);
        let lines = lines(&self.lines, rfp, currency)?;
        let amounts = lines
            .iter()
            .filter(|line| line.is_offered())
            .map(|line| line.amount);
        let right = Money::sum(
            currency,
            amounts.chain(self.charges.iter().map(|charge| charge.amount)),
        )?;
        let total = match self.total {
            Some(total) => Money::exact(total, currency).map_err(|e| named(e, "total"))?,
            None => right,
        };
        let taxes = taxes(&self.taxes, tax_basis, total)?;
        let asked_until = rfp.schedule.bid_deadline.plus(rfp.rules.validity);
        let for_so_long = self
            .valid_for_s
            .map(|s| context.now.plus(Duration::from_secs(i64::from(s))));
        let valid_until = match (self.valid_until, for_so_long) {
            (Some(_), Some(_)) => {
                return Err(Invalid::new(
                    "valid_for_s",
                    "say valid_until or valid_for_s, not both",
                ));
            }
            (until, for_so_long) => until.or(for_so_long).unwrap_or(asked_until),
        };
        let mut bid = Bid {
            rfp: context.rfp_id,
            revision: rfp.revision,
            quote_number: self.quote_number,
            seller: context.seller,
            currency,
            tax_basis,
            lines: lines.try_into()?,
            charges: self.charges,
            taxes: taxes.try_into()?,
            total,
            delivery: self.delivery,
            incoterm: self.incoterm,
            payment: self.payment,
            deviations: List::default(),
            answers: self.answers,
            urls: self.urls,
            attachments: self.attachments,
            valid_until,
            commitment: commitment(self.commitment, rfp, valid_until)?,
            all_or_nothing: self.all_or_nothing,
            disclosure: self.disclosure.unwrap_or(context.disclosure),
        };
        bid.deviations = declared(rfp, &bid);
        opener_trade::document::Body::check(&bid)?;
        Ok(bid)
    }
}

fn commitment(
    said: Option<CommitmentDraft>,
    rfp: &Rfp,
    valid_until: Timestamp,
) -> Result<Commitment, Invalid> {
    let said = said.unwrap_or(CommitmentDraft {
        kind: rfp.rules.commitment,
        until: None,
    });
    match (said.kind, said.until) {
        (CommitmentKind::Firm, until) => Ok(Commitment::Firm {
            until: until.unwrap_or(valid_until),
        }),
        (_, Some(_)) => Err(Invalid::new(
            "commitment.until",
            "only a firm bid has a date",
        )),
        (CommitmentKind::Indicative, None) => Ok(Commitment::Indicative),
        (CommitmentKind::Revocable, None) => Ok(Commitment::Revocable),
    }
}

fn lines(drafts: &[LineDraft], rfp: &Rfp, currency: Currency) -> Result<Vec<BidLine>, Invalid> {
    let complete = |(i, draft): (usize, &LineDraft)| {
        let asked = rfp
            .line(draft.line)
            .ok_or_else(|| Invalid::new("line", "was not asked for"));
        asked
            .and_then(|asked| line(draft, asked, currency))
            .map_err(|e| e.within(&format!("lines[{i}]")))
    };
    drafts.iter().enumerate().map(complete).collect()
}

fn line(draft: &LineDraft, asked: &Line, currency: Currency) -> Result<BidLine, Invalid> {
    let offer = draft.offer.unwrap_or(LineOffer::Quoted);
    let quantity = draft.quantity.unwrap_or(asked.quantity);
    let said = draft
        .amount
        .map(|amount| Money::exact(amount, currency))
        .transpose()?;
    let base_quantity = draft.base_quantity.unwrap_or(Number::ONE);
    let (price, amount) = match (offer, draft.price, said) {
        (LineOffer::NoQuote, None, None) => (
            Price {
                price: Number::ZERO,
                base_quantity: Number::ONE,
            },
            Money::zero(currency),
        ),
        (LineOffer::NoQuote, ..) => {
            return Err(Invalid::new(
                "offer",
                "a line that is not quoted has no price",
            ));
        }
        (_, Some(price), said) => {
            let price = Price {
                price,
                base_quantity,
            };
            let amount = match said {
                Some(said) => said,
                None => price.amount_of(&quantity, currency)?,
            };
            (price, amount)
        }
        // The amount is the price of the whole quantity: nothing is rounded.
        (_, None, Some(said)) => (
            Price {
                price: said.amount(),
                base_quantity: quantity.value,
            },
            said,
        ),
        (_, None, None) => {
            return Err(Invalid::new(
                "price",
                "say a price or an amount, or that it is no_quote",
            ));
        }
    };
    Ok(BidLine {
        line: draft.line,
        offer,
        description: draft.description.clone().unwrap_or_default(),
        quantity,
        price,
        amount,
        lead_time_days: draft.lead_time_days,
    })
}

fn taxes(drafts: &[TaxDraft], basis: TaxBasis, total: Money) -> Result<Vec<Tax>, Invalid> {
    let only = drafts.len() == 1;
    let complete = |(i, draft): (usize, &TaxDraft)| {
        tax(draft, basis, total, only).map_err(|e| e.within(&format!("taxes[{i}]")))
    };
    drafts.iter().enumerate().map(complete).collect()
}

fn tax(draft: &TaxDraft, basis: TaxBasis, total: Money, only: bool) -> Result<Tax, Invalid> {
    let currency = total.currency();
    let taxable = match (draft.taxable, basis) {
        (Some(taxable), _) => Money::exact(taxable, currency).map_err(|e| named(e, "taxable"))?,
        (None, TaxBasis::Net) if only => total,
        (None, TaxBasis::Gross) if only => without_tax(total, draft.rate)?,
        _ => {
            return Err(Invalid::new(
                "taxable",
                "say the amount that this rate is for",
            ));
        }
    };
    let amount = match draft.amount {
        Some(amount) => Money::exact(amount, currency)?,
        None => tax_on(taxable, draft.rate)?,
    };
    Ok(Tax {
        category: draft.category.clone().unwrap_or_else(standard),
        rate: draft.rate,
        taxable,
        amount,
    })
}

fn standard() -> PeerText<LABEL_BYTES> {
    PeerText::truncated("S")
}

/// The same broken rule, under the name the field has here.
fn named(invalid: Invalid, field: &str) -> Invalid {
    Invalid {
        field: field.to_owned(),
        ..invalid
    }
}

fn too_large() -> Invalid {
    Invalid::new("rate", "makes the amount too large")
}

/// Taxable × rate ÷ 100, rounded half to even to the minor unit.
fn tax_on(taxable: Money, rate: Number) -> Result<Money, Invalid> {
    let product = taxable
        .amount()
        .decimal()
        .checked_mul(rate.decimal())
        .ok_or_else(too_large)?;
    let tax = product
        .checked_div(Number::from(100).decimal())
        .ok_or_else(too_large)?;
    Money::rounded(tax, taxable.currency())
}

/// The amount that is `total` together with its tax. Rounding can leave a minor unit over on either side; where no
/// amount fits exactly, the seller must state it.
fn without_tax(total: Money, rate: Number) -> Result<Money, Invalid> {
    let hundred = Number::from(100).decimal();
    let with_tax = hundred.checked_add(rate.decimal()).ok_or_else(too_large)?;
    let exact = total
        .amount()
        .decimal()
        .checked_mul(hundred)
        .and_then(|total| total.checked_div(with_tax));
    let near = Money::rounded(exact.ok_or_else(too_large)?, total.currency())?;
    for minor in [0, 1, -1].map(|step| near.minor().saturating_add(step)) {
        let taxable = Money::from_minor(minor, total.currency());
        if taxable.checked_add(tax_on(taxable, rate)?)? == total {
            return Ok(taxable);
        }
    }
    Err(Invalid::new(
        "taxable",
        "say the amount without tax: rounding leaves a minor unit over",
    ))
}

#[cfg(test)]
mod tests;
