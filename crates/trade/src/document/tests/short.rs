//! Rules of the short documents, of the listing and of prices.

use super::{body, content, edit, number, refused, text, vector};
use crate::{
    Quantity, Timestamp,
    document::{
        Attachments, Body, Chat, Decline, DeclineReason, Failure, Listing, NotChosen, Price,
        Receipt,
    },
    envelope::Payload,
    limits::{MAX_LIFETIME_MS, MAX_RADIUS_KM},
};

#[test]
fn notes_say_something() {
    refused! { body::<Decline>(vector!("decline")); |d| d.remark = text(" ") => "remark", Malformed; }
    refused! { body::<NotChosen>(vector!("not-chosen")); |n| n.rank = Some(0) => "rank", Malformed; }
    refused! { body::<Chat>(vector!("chat")); |c| c.text = text("\n\t ") => "text", Malformed; }
    refused! { body::<Chat>(vector!("chat.file")); |c| c.attachments = Attachments::default() => "text", Malformed; }
    let silent = Decline {
        reason: DeclineReason::NoStock,
        remark: text(""),
        ..body(vector!("decline"))
    };
    assert_eq!(silent.check(), Ok(()));
}

#[test]
fn a_listing_has_a_name_a_place_and_an_end() {
    let listing: Listing = content(vector!("listing"));
    let after = |l: &Listing, ms: i64| Timestamp::from_millis(l.issued_at.millis() + ms);
    refused! { listing;
        |l| l.name = text("") => "name", Malformed;
        |l| l.expires_at = l.issued_at => "expires_at", Malformed;
        |l| l.expires_at = after(l, MAX_LIFETIME_MS + 1) => "expires_at", Malformed;
        |l| l.radius_km = Some(MAX_RADIUS_KM + 1) => "radius_km", Malformed;
        |l| l.place.latitude_e6 = Some(i32::MIN) => "place.latitude_e6", Malformed;
        |l| edit(&mut l.categories, |categories| categories[1].scheme = text(" ")) => "categories[1].category", Malformed;
    }
    let mut longest = listing;
    longest.expires_at = after(&longest, MAX_LIFETIME_MS);
    longest.radius_km = Some(MAX_RADIUS_KM);
    assert_eq!(longest.check(), Ok(()));
}

#[test]
fn nobody_acknowledges_to_himself() {
    refused! { content::<Receipt>(vector!("receipt")); |r| r.to = r.from => "to", Malformed; }
    refused! { content::<Failure>(vector!("failure")); |f| f.to = f.from => "to", Malformed; }
}

#[test]
fn a_line_is_rounded_half_even_once() {
    let amount = |quantity: &str, price: &str, base: &str, currency: &str| {
        let quantity = Quantity {
            value: number(quantity),
            unit: "H87".parse().unwrap(),
        };
        let price = Price {
            price: number(price),
            base_quantity: number(base),
        };
        price
            .amount_of(&quantity, currency.parse().unwrap())
            .unwrap()
            .minor()
    };
    assert_eq!(
        amount("3", "0.335", "1", "EUR"),
        100,
        "1.005 goes to the even cent, not 3 × 0.34"
    );
    assert_eq!(amount("1", "0.335", "1", "EUR"), 34);
    assert_eq!(
        amount("2500", "1852.5", "100", "KRW"),
        46_312,
        "46312.5 goes to the even won"
    );
    assert_eq!(amount("10", "1", "3", "EUR"), 333);
    assert_eq!(amount("1", "0.0375", "1", "EUR"), 4);
    assert_eq!(amount("1", "1.2345", "1", "BHD"), 1234, "three decimals");
}

#[test]
fn an_amount_that_does_not_fit_is_an_error() {
    let quantity = Quantity {
        value: number("9999999999999999999999999999"),
        unit: "H87".parse().unwrap(),
    };
    let price = Price {
        price: number("9999999999999999999999999999"),
        base_quantity: number("1"),
    };
    assert!(price.amount_of(&quantity, "EUR".parse().unwrap()).is_err());
    let nothing = Price {
        price: number("1"),
        base_quantity: number("0"),
    };
    assert!(
        nothing
            .amount_of(&quantity, "EUR".parse().unwrap())
            .is_err()
    );
}
