//! Rules of a bid.

use super::{at, body, edit, money, number, refused, text, vector};
use crate::{
    Duration, Period,
    document::{Bid, Body, Commitment, Delivery, LineOffer, TaxBasis},
};

fn bid() -> Bid {
    body(vector!("bid"))
}

fn bid_with_tax() -> Bid {
    body(vector!("bid.gross"))
}

#[test]
fn a_wrong_sum_is_refused() {
    refused! { bid();
        |b| edit(&mut b.lines, |lines| lines[0].amount = money(10_740_001, "KRW")) => "lines[0].amount", SumMismatch;
        |b| edit(&mut b.lines, |lines| lines[2].amount = money(46_313, "KRW")) => "lines[2].amount", SumMismatch;
        |b| b.total = money(20_200_001, "KRW") => "total", SumMismatch;
        |b| edit(&mut b.charges, |charges| charges.clear()) => "total", SumMismatch;
        |b| edit(&mut b.taxes, |taxes| taxes[0].amount = money(2_020_001, "KRW")) => "taxes[0].amount", SumMismatch;
        |b| edit(&mut b.taxes, |taxes| { taxes[0].taxable = money(20_000_000, "KRW"); taxes[0].amount = money(2_000_000, "KRW") }) => "taxes", SumMismatch;
        |b| b.tax_basis = TaxBasis::Gross => "taxes", SumMismatch;
        |b| b.tax_basis = TaxBasis::Unstated => "taxes", SumMismatch;
    }
    refused! { bid_with_tax();
        |b| edit(&mut b.lines, |lines| lines[2].amount = money(1, "EUR")) => "lines[2].amount", SumMismatch;
        |b| b.total = money(1_616_101, "EUR") => "total", SumMismatch;
    }
}

#[test]
fn currencies_do_not_mix() {
    refused! { bid();
        |b| edit(&mut b.lines, |lines| lines[1].amount = money(9_240_000, "JPY")) => "lines[1].amount", CurrencyNotAllowed;
        |b| edit(&mut b.charges, |charges| charges[0].amount = money(180_000, "JPY")) => "total.currency", CurrencyNotAllowed;
        |b| b.total = money(20_200_000, "JPY") => "total", CurrencyNotAllowed;
        |b| b.currency = "JPY".parse().unwrap() => "lines[0].amount", CurrencyNotAllowed;
        |b| edit(&mut b.taxes, |taxes| taxes[0].amount = money(2_020_000, "JPY")) => "taxes[0].amount", SumMismatch;
        |b| edit(&mut b.taxes, |taxes| { taxes[0].taxable = money(20_200_000, "JPY"); taxes[0].amount = money(2_020_000, "JPY") }) => "currency", CurrencyNotAllowed;
    }
}

#[test]
fn prices_and_quantities_have_their_bounds() {
    refused! { bid();
        |b| edit(&mut b.lines, |lines| lines[0].price.price = number("-1")) => "lines[0].price", Malformed;
        |b| edit(&mut b.lines, |lines| lines[0].price.base_quantity = number("0")) => "lines[0].base_quantity", Malformed;
        |b| edit(&mut b.lines, |lines| lines[0].price.base_quantity = number("-1")) => "lines[0].base_quantity", Malformed;
        |b| edit(&mut b.lines, |lines| lines[0].quantity.value = number("0")) => "lines[0].quantity", Malformed;
        |b| edit(&mut b.lines, |lines| lines[0].quantity.value = number("-120")) => "lines[0].quantity", Malformed;
        |b| edit(&mut b.lines, |lines| lines[0].price.price = number("9999999999999999999999999999")) => "lines[0].amount", Malformed;
        |b| edit(&mut b.taxes, |taxes| taxes[0].rate = number("-10")) => "taxes[0].rate", Malformed;
    }
}

#[test]
fn a_line_is_offered_once_and_at_least_one_is() {
    refused! { bid();
        |b| edit(&mut b.lines, |lines| lines[1].line = 1) => "lines[1]", Malformed;
        |b| edit(&mut b.lines, |lines| lines.clear()) => "lines", Malformed;
        |b| edit(&mut b.lines, |lines| for line in lines { line.offer = LineOffer::NoQuote; line.amount = money(0, "KRW") }) => "lines", Malformed;
        |b| edit(&mut b.answers, |answers| answers.push(answers[0].clone())) => "answers[1]", Malformed;
    }
}

#[test]
fn a_bid_is_valid_at_least_as_long_as_it_is_firm() {
    let until = at("2026-11-30T05:00:00.001Z");
    refused! { bid(); |b| b.commitment = Commitment::Firm { until } => "commitment.until", Malformed; }
    let mut equal = bid();
    equal.commitment = Commitment::Firm {
        until: equal.valid_until,
    };
    assert_eq!(equal.check(), Ok(()));
    assert!(equal.commitment.is_firm_at(equal.valid_until));
    assert!(
        !equal
            .commitment
            .is_firm_at(equal.valid_until.plus(Duration::from_millis(1)))
    );
    assert!(!Commitment::Revocable.is_firm_at(until) && !Commitment::Indicative.is_firm_at(until));
}

#[test]
fn the_seller_and_the_delivery_are_well_formed() {
    let backwards = Period {
        from: at("2026-12-02T00:00:00Z"),
        until: at("2026-12-01T00:00:00Z"),
    };
    let delivery = bid_with_tax().delivery.map(|delivery| Delivery {
        window: Some(backwards),
        ..delivery
    });
    refused! { bid();
        |b| b.seller.name = text(" ") => "seller.name", Malformed;
        |b| b.seller.place.latitude_e6 = None => "seller.place.latitude_e6", Malformed;
        |b| b.delivery = delivery.clone() => "delivery.window.until", Malformed;
    }
}

#[test]
fn net_and_gross_are_known_where_tax_is_stated() {
    let net = bid();
    assert_eq!(
        (net.net(), net.gross()),
        (Some(net.total), Some(money(22_220_000, "KRW")))
    );
    let gross = bid_with_tax();
    assert_eq!(
        (gross.net(), gross.gross()),
        (Some(money(1_358_067, "EUR")), Some(gross.total))
    );
    let mut silent = net.clone();
    edit(&mut silent.taxes, Vec::clear);
    assert_eq!(
        (silent.tax(), silent.net(), silent.gross()),
        (None, Some(net.total), None)
    );
    silent.tax_basis = TaxBasis::Unstated;
    assert_eq!(
        (silent.check(), silent.net(), silent.gross()),
        (Ok(()), None, None)
    );
}

#[test]
fn an_alternative_is_an_offer_and_no_quote_is_none() {
    assert_eq!(
        bid().offered().map(|line| line.line).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(
        bid_with_tax()
            .offered()
            .map(|line| line.line)
            .collect::<Vec<_>>(),
        [1, 2]
    );
}
