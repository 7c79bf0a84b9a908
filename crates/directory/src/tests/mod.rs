//! The directory and its databases.

mod degraded;
mod several;

use std::path::Path;

use minicbor::bytes::ByteVec;
use opener_trade::{
    DealId, DocumentId, Duration, Identity, PeerText, Place, Timestamp,
    directory::{Query, Request, Response},
    document::{Disclosure, Listing, Roles, Terms},
    sign,
};

use crate::{Database, Directory, Limits};

/// 2026-11-20T14:00:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_795_183_200_000);

fn clock() -> Timestamp {
    NOW
}

fn who(number: u32) -> Identity {
    let mut seed = [9; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    Identity::from_seed(seed)
}

fn register(number: u32, seq: u64, words: &str) -> Request {
    let identity = who(number);
    let listing = Listing {
        from: identity.peer_id(),
        seq,
        issued_at: NOW,
        expires_at: NOW.plus(Duration::from_secs(24 * 3600)),
        name: PeerText::new("seller").unwrap(),
        roles: Roles {
            buys: false,
            sells: true,
        },
        categories: Default::default(),
        words: PeerText::new(words).unwrap(),
        place: Place {
            country: "KR".parse().unwrap(),
            locality: PeerText::default(),
            latitude_e6: None,
            longitude_e6: None,
        },
        radius_km: None,
        currencies: Default::default(),
        languages: Default::default(),
        addresses: Default::default(),
        capabilities: Default::default(),
        url: None,
    };
    let signed = sign(&identity, listing).unwrap();
    Request::Register {
        listing: ByteVec::from(signed.bytes().to_vec()),
    }
}

/// Final terms between two, in a deal of this number, and their id.
fn report(buyer: u32, seller: u32, deal: u8) -> (Request, DocumentId) {
    let id = |n: u8| DocumentId::from_bytes([n; 32]);
    let terms = Terms {
        deal: DealId::from_bytes([deal; 16]),
        buyer: who(buyer).peer_id(),
        seller: who(seller).peer_id(),
        rfp: id(1),
        bid: id(2),
        order: id(3),
        response: id(4),
        bid_valid_until: NOW,
        ordered_at: NOW,
        answer_by: NOW,
        accepted_at: NOW,
        disclosure: Disclosure::Conclusion,
        region: None,
        lines: Default::default(),
        charges: Default::default(),
        total: None,
        delivery: None,
        incoterm: None,
        payment: None,
        change: None,
    };
    let by_buyer = sign(&who(buyer), terms.clone()).unwrap();
    let by_seller = sign(&who(seller), terms).unwrap();
    let request = Request::Report {
        by_buyer: ByteVec::from(by_buyer.bytes().to_vec()),
        by_seller: ByteVec::from(by_seller.bytes().to_vec()),
    };
    (request, by_buyer.id())
}

async fn open(data: &Path, database: &Database) -> Directory {
    let limits = Limits {
        burst: 1_000_000,
        prefix_burst: 1_000_000,
        ..Limits::default()
    };
    Directory::open(data, database, limits, NOW).await.unwrap()
}

async fn ask(directory: &Directory, from: u32, request: &Request) -> Response {
    let bytes = minicbor::to_vec(request).unwrap();
    let answer = directory
        .answer(who(from).peer_id(), None, &bytes, NOW)
        .await;
    minicbor::decode(&answer).unwrap()
}

async fn found(directory: &Directory, words: &str) -> u32 {
    let query = Query {
        words: PeerText::new(words).unwrap(),
        ..Query::default()
    };
    match ask(directory, 0, &Request::Match { query }).await {
        Response::Matches { total, .. } => total,
        other => panic!("no matches: {other:?}"),
    }
}
