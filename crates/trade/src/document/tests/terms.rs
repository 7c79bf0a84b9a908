//! Rules of the final terms.

use super::{at, body, content, edit, money, refused, text, vector};
use crate::{
    Identity,
    document::{Body, Delivery, Disclosure, FinalTerms, Incoterm, IncotermRule, Order, Terms},
    envelope::{Payload, open_as},
    limits::MAX_TERMS_BYTES,
    sign,
};

fn terms() -> Terms {
    content(vector!("terms"))
}

fn delivery() -> Delivery {
    body::<Order>(vector!("order")).delivery
}

#[test]
fn final_terms_add_up_in_one_currency() {
    refused! { terms();
        |t| edit(&mut t.lines, |lines| lines[0].amount = money(1, "KRW")) => "lines[0].amount", SumMismatch;
        |t| t.total = Some(money(20_160_001, "KRW")) => "total", SumMismatch;
        |t| t.total = Some(money(20_160_000, "JPY")) => "total.currency", CurrencyNotAllowed;
        |t| edit(&mut t.charges, |charges| charges[0].amount = money(180_000, "JPY")) => "total.currency", CurrencyNotAllowed;
        |t| edit(&mut t.lines, |lines| if let Some(c) = &mut lines[0].category { c.code = text("") }) => "lines[0].category", Malformed;
    }
}

#[test]
fn the_order_was_in_time_and_so_was_its_answer() {
    refused! { terms();
        |t| t.ordered_at = at("2026-11-30T05:00:00.001Z") => "ordered_at", Expired;
        |t| t.accepted_at = at("2026-11-19T09:15:00.001Z") => "accepted_at", Late;
        |t| t.seller = t.buyer => "seller", Malformed;
    }
    let mut last = terms();
    last.ordered_at = last.bid_valid_until;
    last.accepted_at = last.answer_by;
    assert_eq!(last.check(), Ok(()));
}

#[test]
fn nothing_is_disclosed_beyond_the_stricter_wish() {
    let incoterm = Incoterm {
        rule: IncotermRule::Dap,
        place: text("서울"),
        year: 2020,
    };
    refused! { terms();
        |t| t.disclosure = Disclosure::Conclusion => "disclosure", Malformed;
        |t| edit(&mut t.lines, |lines| lines[1].name = Some(text("책상"))) => "disclosure", Malformed;
        |t| t.delivery = Some(delivery()) => "disclosure", Malformed;
        |t| t.incoterm = Some(incoterm.clone()) => "disclosure", Malformed;
        |t| t.payment = Some(text("30일")) => "disclosure", Malformed;
        |t| t.total = None => "total", Malformed;
        |t| edit(&mut t.lines, |lines| lines.clear()) => "total", Malformed;
    }
    let mut full = terms();
    full.disclosure = Disclosure::Full;
    full.delivery = Some(delivery());
    full.payment = Some(text("30일"));
    assert_eq!(full.check(), Ok(()));
    let mut silent = terms();
    silent.disclosure = Disclosure::Conclusion;
    edit(&mut silent.lines, Vec::clear);
    edit(&mut silent.charges, Vec::clear);
    (silent.total, silent.region) = (None, None);
    assert_eq!(silent.check(), Ok(()));
    refused! { silent;
        |t| t.region = Some("KR".parse().unwrap()) => "disclosure", Malformed;
        |t| t.total = Some(money(0, "KRW")) => "disclosure", Malformed;
        |t| t.charges = terms().charges => "disclosure", Malformed;
        |t| t.payment = Some(text("30일")) => "disclosure", Malformed;
    }
}

#[test]
fn buyer_and_seller_sign_the_same_bytes_and_nobody_else_does() {
    let [buyer, seller, stranger] = [1, 2, 3].map(|seed| Identity::from_seed([seed; 32]));
    let by_buyer = sign(&buyer, terms()).unwrap();
    let by_seller = sign(&seller, terms()).unwrap();
    assert!(crate::envelope::same_bytes_signed(&by_buyer, &by_seller));
    assert_ne!(by_buyer.bytes(), by_seller.bytes());
    assert!(sign(&stranger, terms()).is_err());
}

#[test]
fn final_terms_carry_signed_terms() {
    let carrier: FinalTerms = body(vector!("final-terms"));
    assert_eq!(*open_as::<Terms>(&carrier.signed).unwrap(), terms());
    refused! { carrier; |f| f.signed = vec![0; MAX_TERMS_BYTES + 1].into() => "signed", TooLarge; }
}
