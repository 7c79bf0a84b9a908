use opener_trade::{
    Category, Identity, List, PeerText, Timestamp,
    document::Roles,
    limits::{LISTING_CATEGORIES, WORDS_BYTES},
    sign,
};

use super::*;

fn listing(seed: u8, change: impl FnOnce(&mut Listing)) -> Verified<Listing> {
    let identity = Identity::from_seed([seed; 32]);
    let address = |text: &str| Address::new(text).unwrap();
    let mut listing = Listing {
        from: identity.peer_id(),
        seq: 7,
        issued_at: Timestamp::from_millis(0),
        expires_at: Timestamp::from_millis(1000),
        name: PeerText::new("한강 사무").unwrap(),
        roles: Roles {
            buys: true,
            sells: true,
        },
        categories: List::default(),
        words: PeerText::default(),
        place: serde_json::from_str(r#"{"country":"KR","locality":"Seoul"}"#).unwrap(),
        radius_km: None,
        currencies: List::default(),
        languages: List::default(),
        addresses: vec![
            address("/ip4/192.0.2.7/udp/4001/quic-v1"),
            address("/ip4/192.0.2.7/tcp/4001"),
        ]
        .try_into()
        .unwrap(),
        capabilities: List::default(),
        url: None,
    };
    change(&mut listing);
    sign(&identity, listing).unwrap()
}

fn from(card: Card) -> (PeerId, bool) {
    match card {
        Card::Listing(listing) => (listing.from, true),
        Card::Address { peer, .. } => (peer, false),
    }
}

#[test]
fn a_card_is_read_however_it_comes() {
    let listing = listing(1, |_| {});
    let card = of(&listing);
    assert!(card.len() <= MAX_QR_CHARS && for_qr(&listing) == card);
    let body = card.strip_prefix("opener:").unwrap();
    let link = format!("opener://{body}/");
    for text in [
        card.clone(),
        format!("  {card}\r\n"),
        format!("OPENER:{body}"),
        link,
    ] {
        assert_eq!(from(read(&text).unwrap()), (listing.from, true), "{text}");
    }
}

#[test]
fn what_is_too_long_for_a_qr_code_is_shown_short() {
    let long = listing(1, |listing| {
        listing.words = PeerText::new("의자 ".repeat(WORDS_BYTES / 7).trim()).unwrap();
    });
    assert!(of(&long).len() > MAX_QR_CHARS);
    let short = for_qr(&long);
    assert!(short.len() <= MAX_QR_CHARS && short.starts_with("opener:peer/"));
    let Card::Address { peer, addresses } = read(&short).unwrap() else {
        panic!("{short}")
    };
    assert_eq!((peer, addresses), (long.from, long.addresses.to_vec()));
}

#[test]
fn the_largest_listing_makes_a_card_that_is_read() {
    let scheme = PeerText::new(&"s".repeat(32)).unwrap();
    let big = listing(1, |listing| {
        let category = |i: usize| Category {
            scheme: scheme.clone(),
            version: Some(PeerText::new(&"v".repeat(60)).unwrap()),
            code: PeerText::new(&format!("{i:0>60}")).unwrap(),
        };
        let all: Vec<_> = (0..LISTING_CATEGORIES).map(category).collect();
        listing.categories = all.try_into().unwrap();
    });
    assert!(of(&big).len() <= MAX_CARD_CHARS);
    assert!(read(&of(&big)).is_ok());
    let longer = format!("opener:card/{}", "A".repeat(MAX_CARD_CHARS));
    assert_eq!(read(&longer).unwrap_err(), CardError::TooLong);
}

#[test]
fn a_bad_card_says_what_is_wrong() {
    let card = of(&listing(1, |_| {}));
    let cut = &card[..card.len() - 40];
    let mut forged = card.clone().into_bytes();
    let last = forged.len() - 20;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for text in [
        "",
        "hello",
        "https://example.org/card/x",
        "opener:",
        "opener:deal/1",
        "오프너:card/x",
    ] {
        assert_eq!(read(text).unwrap_err(), CardError::NoCard, "{text}");
    }
    assert_eq!(read("opener:card/a b").unwrap_err(), CardError::Damaged);
    for text in [cut, &forged, "opener:card/"] {
        let error = read(text).unwrap_err();
        assert!(
            matches!(error, CardError::Forged(_) | CardError::Damaged),
            "{error}"
        );
    }
    assert_eq!(
        read("opener:peer/12D3KooWnobody").unwrap_err(),
        CardError::NoPeer
    );
    let peer = Identity::from_seed([1; 32]).peer_id();
    let wrong = read(&format!("opener:peer/{peer}?at=somewhere")).unwrap_err();
    assert_eq!(wrong, CardError::NoAddress("somewhere".to_owned()));
}

#[test]
fn another_document_than_a_listing_is_no_card() {
    let identity = Identity::from_seed([1; 32]);
    let receipt = opener_trade::document::Receipt {
        document: opener_trade::DocumentId::from_bytes([1; 32]),
        deal: opener_trade::DealId::from_bytes([1; 16]),
        from: identity.peer_id(),
        to: Identity::from_seed([2; 32]).peer_id(),
        stage: opener_trade::document::Stage::Received,
        at: Timestamp::from_millis(0),
    };
    let bytes = sign(&identity, receipt).unwrap();
    let card = format!("opener:card/{}", BASE64URL_NOPAD.encode(bytes.bytes()));
    assert!(matches!(read(&card), Err(CardError::Forged(_))));
}
