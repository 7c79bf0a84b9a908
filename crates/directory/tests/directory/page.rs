//! The worked example of the protocol page is what the program says.

use data_encoding::HEXLOWER;
use minicbor::bytes::ByteVec;
use opener_trade::{
    DocumentId, Identity, List, Reason, Timestamp,
    directory::{Match, MonthlyPrice, PriceQuery, Query, Request, Response},
    document::LogHead,
    log::check_inclusion,
    sign,
};
use sha2::{Digest, Sha256};

use crate::kit::{NOW, SEOUL, category, list, listing, place, register, text};

const PAGE: &str = include_str!("../../../../docs/protocol/0005-directory.md");

/// The page without white space, so that long lines may be wrapped.
fn shows(bytes: &[u8]) -> bool {
    let page: String = PAGE.split_whitespace().collect();
    page.contains(&HEXLOWER.encode(bytes))
}

#[test]
fn the_page_shows_the_bytes_of_every_message() {
    let seller = Identity::from_seed([1; 32]);
    let signed = sign(&seller, listing(&seller, 1, "사무용의자 책상")).unwrap();
    let query = Query {
        categories: list(vec![category("CPV", "39112000-0")]),
        words: text("의자"),
        place: Some(place("KR", Some(SEOUL))),
        radius_km: Some(50),
        ..Query::default()
    };
    let later = Timestamp::from_millis(NOW.millis() + 90_000);
    let found = Match {
        listing: signed.bytes().to_vec().into(),
        distance_m: Some(0),
        online: true,
    };
    let directory = Identity::from_seed([2; 32]);
    let leaf = Sha256::digest([&[0], &signed.id().as_bytes()[..]].concat());
    let head = LogHead {
        from: directory.peer_id(),
        size: 1,
        root: DocumentId::from_bytes(leaf.into()),
        at: NOW,
    };
    check_inclusion(&head, signed.id(), 0, &[]).unwrap();
    let head = ByteVec::from(sign(&directory, head).unwrap().bytes().to_vec());
    let requests = [
        register(&signed),
        Request::Renew { seq: 1 },
        Request::Withdraw,
        Request::Match { query },
        Request::Lookup {
            peer: seller.peer_id(),
        },
        Request::Stamp { hash: signed.id() },
        Request::Prices {
            query: PriceQuery {
                category: category("CPV", "39112000-0"),
                unit: "H87".parse().unwrap(),
                currency: "KRW".parse().unwrap(),
                region: "KR".parse().unwrap(),
            },
        },
        Request::Time,
        Request::Head {
            since: 0,
            also: None,
        },
        Request::Inclusion { terms: signed.id() },
    ];
    let responses = [
        Response::Registered {
            until: signed.expires_at,
            online_until: later,
        },
        Response::Withdrawn,
        Response::Matches {
            sellers: list(vec![found]),
            total: 1,
            next: None,
        },
        Response::Found { seller: None },
        Response::Prices {
            months: list(vec![MonthlyPrice {
                month: 202_611,
                pairs: 5,
                low: "118000".parse().unwrap(),
                median: "120000".parse().unwrap(),
                high: "125500".parse().unwrap(),
            }]),
        },
        Response::Time { now: NOW },
        Response::Head {
            head: head.clone(),
            consistency: List::default(),
            also: None,
        },
        Response::Included {
            head,
            leaf: 0,
            path: List::default(),
        },
        Response::Refused {
            reason: Reason::Stale,
            detail: text("seq must rise"),
        },
    ];
    let mut missing = Vec::new();
    for request in requests {
        let bytes = minicbor::to_vec(&request).unwrap();
        missing
            .extend((!shows(&bytes)).then(|| format!("{request:?}: {}", HEXLOWER.encode(&bytes))));
    }
    for response in responses {
        let bytes = minicbor::to_vec(&response).unwrap();
        missing
            .extend((!shows(&bytes)).then(|| format!("{response:?}: {}", HEXLOWER.encode(&bytes))));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_page_names_every_limit() {
    use opener_directory::limits as own;
    use opener_trade::limits as language;
    let numbers = [
        own::LISTINGS as u64,
        own::LISTINGS_BYTES as u64,
        own::ENTRIES as u64,
        own::LOG_LEAVES,
        own::PRICES_READ.unsigned_abs(),
        own::PRICE_MONTHS.unsigned_abs(),
        own::PRICE_PAIRS as u64,
        own::BUCKETS as u64,
        u64::from(own::BURST),
        u64::from(own::REFILL),
        own::PREFIXES as u64,
        u64::from(own::PREFIX_BURST),
        u64::from(own::PREFIX_REFILL),
        u64::from(own::REPORTS),
        own::REPORTS_BYTES,
        language::MATCH_PAGE as u64,
        language::MATCH_CATEGORIES as u64,
        language::MAX_LISTING_BYTES as u64,
        language::MAX_TERMS_BYTES as u64,
        language::MAX_DIRECTORY_REQUEST_BYTES as u64,
        language::MAX_DIRECTORY_RESPONSE_BYTES as u64,
    ];
    for number in numbers {
        let cells = PAGE.split('|').map(|cell| cell.trim().replace(' ', ""));
        assert!(
            cells.into_iter().any(|cell| cell == number.to_string()),
            "{number}"
        );
    }
}
