//! Documents without a chain.

use opener_trade::{
    Address, Category, DocumentId, Reason,
    document::{Failure, Listing, LogHead, Receipt, ReportReceipt, Roles, Stage, Stamp},
};
use sha2::{Digest, Sha256};

use crate::actors::{Actor, at, deal, list, parse, party, text};

use super::{bid, id_of, rfp, terms};

/// The seller in Paju.
pub fn listing() -> Listing {
    let category = |scheme: &str, code: &str| Category {
        scheme: text(scheme),
        version: None,
        code: text(code),
    };
    Listing {
        from: Actor::Seller.peer(),
        seq: 7,
        issued_at: at("2026-10-30T00:00:00Z"),
        expires_at: at("2026-11-30T00:00:00Z"),
        name: party(Actor::Seller).name,
        roles: Roles {
            buys: true,
            sells: true,
        },
        categories: list(vec![
            category("UNSPSC", "56110000"),
            category("CPV", "39100000-3"),
        ]),
        words: text("사무용 의자 책상 가구 office furniture"),
        place: party(Actor::Seller).place,
        radius_km: Some(300),
        currencies: list(vec![parse("KRW")]),
        languages: list(vec![parse("ko"), parse("en-GB")]),
        addresses: list(vec![
            Address::new("/ip4/192.0.2.7/udp/4001/quic-v1").unwrap(),
            Address::new("/ip4/192.0.2.7/tcp/4001").unwrap(),
        ]),
        capabilities: list(vec![text("call")]),
        url: Some(text("https://seoulgagu.example/")),
    }
}

/// The seller has the request.
pub fn receipt() -> Receipt {
    Receipt {
        document: id_of(Actor::Buyer, rfp()),
        deal: deal(),
        from: Actor::Seller.peer(),
        to: Actor::Buyer.peer(),
        stage: Stage::Received,
        at: at("2026-11-02T00:00:01.250Z"),
    }
}

/// The buyer refuses a bid that names an old revision.
pub fn failure() -> Failure {
    Failure {
        document: Some(id_of(Actor::Seller, bid())),
        from: Actor::Buyer.peer(),
        to: Actor::Seller.peer(),
        reason: Reason::RevisionMismatch,
        head: Some(id_of(Actor::Buyer, rfp())),
        detail: text("revision: 2가 현재 판입니다"),
        at: at("2026-11-04T06:30:01Z"),
    }
}

/// The directory saw the bid's id, and nothing else of it.
pub fn stamp() -> Stamp {
    Stamp {
        from: Actor::Directory.peer(),
        hash: id_of(Actor::Seller, bid()),
        at: at("2026-11-04T06:30:02Z"),
    }
}

/// The directory keeps the final terms.
pub fn report_receipt() -> ReportReceipt {
    ReportReceipt {
        from: Actor::Directory.peer(),
        deal: deal(),
        terms: id_of(Actor::Buyer, terms()),
        at: at("2026-11-18T01:00:30Z"),
    }
}

/// The directory's log holds the final terms alone, so its root is their leaf.
pub fn log_head() -> LogHead {
    let terms = id_of(Actor::Buyer, terms());
    let leaf = Sha256::digest([&[0], &terms.as_bytes()[..]].concat());
    LogHead {
        from: Actor::Directory.peer(),
        size: 1,
        root: DocumentId::from_bytes(leaf.into()),
        at: at("2026-11-18T01:00:31Z"),
    }
}
