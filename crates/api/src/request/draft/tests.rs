use opener_trade::Reason;

use super::*;
use crate::testing::{at, cents, context, draft, rfp, text};

fn id() -> DocumentId {
    DocumentId::from_bytes([9; 32])
}

fn complete(draft: BidDraft, rfp: &Rfp) -> Result<Bid, Invalid> {
    draft.complete(context(id(), rfp))
}

fn with(change: impl FnOnce(&mut BidDraft)) -> BidDraft {
    let mut draft = draft(&["10.50", "20"]);
    change(&mut draft);
    draft
}

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn first(draft: &mut BidDraft, change: impl FnOnce(&mut LineDraft)) {
    let mut lines = draft.lines.clone().into_vec();
    change(&mut lines[0]);
    draft.lines = lines.try_into().unwrap();
}

fn tax(rate: &str) -> TaxDraft {
    TaxDraft {
        category: None,
        rate: number(rate),
        taxable: None,
        amount: None,
    }
}

#[test]
fn what_is_left_out_is_what_the_request_asks() {
    let rfp = rfp(&["12", "4"]);
    let bid = complete(draft(&["10.50", "20"]), &rfp).unwrap();
    assert_eq!(
        (bid.rfp, bid.revision, bid.currency),
        (id(), 1, rfp.currencies[0])
    );
    assert_eq!(bid.tax_basis, TaxBasis::Net);
    assert_eq!(bid.lines[0].quantity, rfp.lines[0].quantity);
    assert_eq!(
        bid.lines.iter().map(|line| line.amount).collect::<Vec<_>>(),
        [cents(12_600), cents(8000)]
    );
    assert_eq!(bid.total, cents(20_600));
    assert_eq!(bid.valid_until, at(10_000));
    assert_eq!(bid.commitment, Commitment::Firm { until: at(10_000) });
    assert!(bid.deviations.is_empty());
}

#[test]
fn an_amount_alone_is_the_price_of_the_whole_quantity() {
    let rfp = rfp(&["3"]);
    let mut draft = draft(&["0"]);
    first(&mut draft, |line| {
        (line.price, line.amount) = (None, Some(number("10")))
    });
    let bid = complete(draft, &rfp).unwrap();
    let price = Price {
        price: number("10"),
        base_quantity: number("3"),
    };
    assert_eq!((bid.lines[0].price, bid.total), (price, cents(1000)));
}

#[test]
fn a_wrong_total_or_amount_is_refused_and_never_corrected() {
    let rfp = rfp(&["12", "4"]);
    let wrong_total =
        complete(with(|draft| draft.total = Some(number("206.01"))), &rfp).unwrap_err();
    assert_eq!(
        (wrong_total.field.as_str(), wrong_total.reason),
        ("total", Reason::SumMismatch)
    );
    assert!(complete(with(|draft| draft.total = Some(number("206"))), &rfp).is_ok());
    let wrong_line = with(|draft| first(draft, |line| line.amount = Some(number("125"))));
    let wrong_line = complete(wrong_line, &rfp).unwrap_err();
    assert_eq!(
        (wrong_line.field.as_str(), wrong_line.reason),
        ("lines[0].amount", Reason::SumMismatch)
    );
}

#[test]
fn what_says_nothing_about_a_price_is_refused_by_name() {
    let rfp = rfp(&["12", "4"]);
    let field = |draft| complete(draft, &rfp).unwrap_err().field;
    assert_eq!(
        field(with(|draft| first(draft, |line| line.price = None))),
        "lines[0].price"
    );
    assert_eq!(
        field(with(|draft| first(draft, |line| line.line = 9))),
        "lines[0].line"
    );
    let priced = with(|draft| first(draft, |line| line.offer = Some(LineOffer::NoQuote)));
    assert_eq!(field(priced), "lines[0].offer");
    let both = with(|draft| (draft.valid_until, draft.valid_for_s) = (Some(at(1)), Some(1)));
    assert_eq!(field(both), "valid_for_s");
}

#[test]
fn a_line_that_is_not_quoted_costs_nothing_and_is_a_deviation() {
    let rfp = rfp(&["12", "4"]);
    let draft = with(|draft| {
        first(draft, |line| {
            (line.offer, line.price) = (Some(LineOffer::NoQuote), None)
        });
    });
    let bid = complete(draft, &rfp).unwrap();
    assert_eq!((bid.lines[0].amount, bid.total), (cents(0), cents(8000)));
    assert_eq!(bid.deviations.len(), 1);
}

#[test]
fn a_single_tax_covers_the_bid_net_and_gross() {
    let rfp = rfp(&["12", "4"]);
    let net = complete(
        with(|draft| draft.taxes = vec![tax("10")].try_into().unwrap()),
        &rfp,
    )
    .unwrap();
    assert_eq!(
        (net.taxes[0].taxable, net.taxes[0].amount),
        (cents(20_600), cents(2060))
    );
    assert_eq!(net.gross(), Some(cents(22_660)));
    let gross = complete(
        with(|draft| {
            draft.tax_basis = Some(TaxBasis::Gross);
            draft.taxes = vec![tax("10")].try_into().unwrap();
        }),
        &rfp,
    );
    let gross = gross.unwrap();
    assert_eq!(
        (gross.taxes[0].taxable, gross.taxes[0].amount),
        (cents(18_727), cents(1873))
    );
    assert_eq!(gross.net(), Some(cents(18_727)));
}

#[test]
fn several_rates_must_each_say_what_they_are_for() {
    let rfp = rfp(&["12", "4"]);
    let two = |taxable: Option<&str>| {
        let said = TaxDraft {
            taxable: taxable.map(number),
            ..tax("10")
        };
        let zero = TaxDraft {
            category: Some(text("Z")),
            taxable: Some(number("80")),
            ..tax("0")
        };
        with(|draft| draft.taxes = vec![said, zero].try_into().unwrap())
    };
    assert_eq!(
        complete(two(None), &rfp).unwrap_err().field,
        "taxes[0].taxable"
    );
    assert_eq!(
        complete(two(Some("126")), &rfp).unwrap().tax(),
        Some(cents(1260))
    );
    assert!(complete(two(Some("127")), &rfp).is_err());
}

#[test]
fn validity_and_commitment_are_taken_as_said() {
    let rfp = rfp(&["12", "4"]);
    let firm = CommitmentDraft {
        kind: CommitmentKind::Firm,
        until: Some(at(50)),
    };
    let bid = complete(
        with(|draft| (draft.valid_for_s, draft.commitment) = (Some(90), Some(firm))),
        &rfp,
    )
    .unwrap();
    assert_eq!(
        (bid.valid_until, bid.commitment),
        (at(100), Commitment::Firm { until: at(50) })
    );
    assert!(!bid.deviations.is_empty(), "shorter than asked");
    let dated = CommitmentDraft {
        kind: CommitmentKind::Revocable,
        until: Some(at(50)),
    };
    let refused = complete(with(|draft| draft.commitment = Some(dated)), &rfp).unwrap_err();
    assert_eq!(refused.field, "commitment.until");
}
