use opener_trade::document::{Change, Commitment};

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn terms(days: u32) -> Counter {
    let change = Change::Line {
        line: 1,
        price: None,
        quantity: None,
        lead_time_days: Some(days),
    };
    Counter {
        offer: DocumentId::from_bytes([7; 32]),
        round: 1,
        changes: vec![change].try_into().unwrap(),
        valid_until: at(10_000),
        commitment: Commitment::Revocable,
        remark: "as we said".parse().unwrap(),
    }
}

/// Both sides of a call; what one writes the other hears.
struct Table {
    buyer: Cards,
    seller: Cards,
}

impl Table {
    fn new() -> Self {
        Self {
            buyer: Cards::new(Role::Buyer),
            seller: Cards::new(Role::Seller),
        }
    }

    fn written(days: u32) -> Self {
        let mut table = Self::new();
        let card = table.buyer.write(terms(days)).unwrap();
        assert_eq!(table.seller.hear(at(1), &card), Heard::Changed);
        table
    }
}

fn outcome(cards: &Cards) -> CardOutcome {
    cards.card.as_ref().unwrap().outcome
}

fn json(value: &serde_json::Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

#[test]
fn what_both_agree_to_is_to_be_signed_and_written_on_no_more() {
    let Table {
        mut buyer,
        mut seller,
    } = Table::written(3);
    let agreed = seller.agree(at(2), 1).unwrap();
    assert_eq!(buyer.hear(at(2), &agreed), Heard::Changed);
    assert_eq!(buyer.hear(at(2), &agreed), Heard::Nothing, "it was heard");
    assert!(buyer.signing().is_none());
    let agreed = buyer.agree(at(3), 1).unwrap();
    assert_eq!(seller.hear(at(3), &agreed), Heard::Agreed);
    for cards in [&mut buyer, &mut seller] {
        assert_eq!(
            cards.signing().map(|card| card.terms.clone()),
            Some(terms(3))
        );
        assert!(cards.write(terms(4)).is_err());
    }
    let late = json(&serde_json::json!({ "card": { "version": 2, "terms": terms(4) } }));
    assert_eq!(buyer.hear(at(4), &late), Heard::Nothing);
    assert_eq!(outcome(&buyer), CardOutcome::Signing);
}

#[test]
fn a_new_card_takes_every_agreement_back() {
    let Table {
        mut buyer,
        mut seller,
    } = Table::written(3);
    let old = seller.agree(at(2), 1).unwrap();
    let card = seller.write(terms(5)).unwrap();
    assert_eq!(buyer.hear(at(3), &card), Heard::Changed);
    assert_eq!(
        buyer.hear(at(3), &old),
        Heard::Nothing,
        "of the card before"
    );
    let read = buyer.card.clone().unwrap();
    assert_eq!(
        (read.version, read.by_me, read.they_agree),
        (2, false, false)
    );
    assert!(matches!(
        buyer.agree(at(4), 1),
        Err(PeerError::Rejected(rejection)) if rejection.reason == Reason::Stale
    ));
    buyer.agree(at(4), 2).unwrap();
    assert!(buyer.signing().is_none() && seller.signing().is_none());
}

#[test]
fn of_two_that_write_at_once_the_buyers_card_lies_there() {
    let mut table = Table::new();
    let by_buyer = table.buyer.write(terms(3)).unwrap();
    let by_seller = table.seller.write(terms(9)).unwrap();
    assert_eq!(table.buyer.hear(at(1), &by_seller), Heard::Nothing);
    assert_eq!(table.seller.hear(at(1), &by_buyer), Heard::Changed);
    for cards in [&table.buyer, &table.seller] {
        assert_eq!(cards.card.as_ref().unwrap().terms, terms(3));
    }
    assert_eq!(table.seller.hear(at(1), &by_buyer), Heard::Nothing);
}

#[test]
fn an_agreement_to_other_terms_or_another_version_is_none() {
    let Table {
        mut buyer,
        mut seller,
    } = Table::written(3);
    buyer.agree(at(2), 1).unwrap();
    for (version, days) in [(1, 4), (2, 3), (0, 3)] {
        let other = serde_json::json!({ "agree": { "version": version, "terms": terms(days) } });
        assert_eq!(
            buyer.hear(at(2), &json(&other)),
            Heard::Nothing,
            "{version} {days}"
        );
    }
    assert!(buyer.signing().is_none());
    let agreed = seller.agree(at(2), 1).unwrap();
    assert_eq!(buyer.hear(at(2), &agreed), Heard::Agreed);
}

#[test]
fn what_is_no_message_changes_nothing() {
    let mut cards = Cards::new(Role::Seller);
    let mut second_round = terms(3);
    second_round.round = 2;
    let nothing = terms(3);
    let nothing = Counter {
        changes: opener_trade::List::default(),
        ..nothing
    };
    let wrong = [
        b"".to_vec(),
        b"{".to_vec(),
        b"\xff\xfe".to_vec(),
        json(&serde_json::json!({ "hello": {} })),
        json(&serde_json::json!({ "card": { "version": 1 } })),
        json(&serde_json::json!({ "card": { "version": -1, "terms": terms(3) } })),
        json(&serde_json::json!({ "card": { "version": 0, "terms": terms(3) } })),
        json(&serde_json::json!({ "card": { "version": 4_000_000_000_u32, "terms": terms(3) } })),
        json(&serde_json::json!({ "card": { "version": 1, "terms": second_round } })),
        json(&serde_json::json!({ "card": { "version": 1, "terms": nothing } })),
        json(&serde_json::json!({ "agree": { "version": 1, "terms": terms(3) } })),
        vec![b' '; CARD_BYTES + 1],
    ];
    for message in wrong {
        assert_eq!(cards.hear(at(1), &message), Heard::Nothing, "{message:?}");
    }
    assert!(cards.card.is_none());
}

#[test]
fn who_floods_is_not_heard_any_more() {
    let mut cards = Cards::new(Role::Seller);
    for version in 1..=MESSAGES {
        let card = serde_json::json!({ "card": { "version": version, "terms": terms(3) } });
        assert_eq!(cards.hear(at(1), &json(&card)), Heard::Changed, "{version}");
    }
    let card = serde_json::json!({ "card": { "version": MESSAGES + 1, "terms": terms(3) } });
    assert_eq!(cards.hear(at(1), &json(&card)), Heard::Nothing);
}

#[test]
fn a_card_that_fits_no_message_is_not_written() {
    let mut long = terms(3);
    let lines = (1..=400).map(|line| Change::Line {
        line,
        price: None,
        quantity: None,
        lead_time_days: Some(line),
    });
    long.changes = lines.collect::<Vec<_>>().try_into().unwrap();
    let mut cards = Cards::new(Role::Buyer);
    assert!(matches!(
        cards.write(long),
        Err(PeerError::Invalid(invalid)) if invalid.reason == Reason::TooLarge
    ));
    assert!(cards.card.is_none());
}

#[test]
fn what_was_written_before_the_channel_opened_is_said_then() {
    let mut buyer = Cards::new(Role::Buyer);
    assert!(buyer.messages().is_empty());
    buyer.write(terms(3)).unwrap();
    buyer.agree(at(1), 1).unwrap();
    let mut seller = Cards::new(Role::Seller);
    for message in buyer.messages() {
        assert_eq!(seller.hear(at(2), &message), Heard::Changed);
    }
    assert!(seller.card.as_ref().unwrap().they_agree);
    assert!(
        seller.messages().is_empty(),
        "it wrote and agreed to nothing"
    );
}

#[test]
fn an_agreement_waits_ten_minutes_for_its_documents() {
    let Table {
        mut buyer,
        mut seller,
    } = Table::written(3);
    let agreed = buyer.agree(at(100), 1).unwrap();
    assert_eq!(seller.hear(at(100), &agreed), Heard::Changed);
    seller.agree(at(100), 1).unwrap();
    let card = seller.signing().unwrap();
    assert!(!card.is_overdue(at(100).plus(SIGNED_WITHIN)));
    assert!(card.is_overdue(at(101).plus(SIGNED_WITHIN)));
    card.fail(Some(Reason::Expired));
    assert_eq!(outcome(&seller), CardOutcome::Failed);
}
