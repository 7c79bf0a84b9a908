//! More time on a bid, and the promise to deal with nobody else.

use opener_trade::document::{Document, ExtendGrant, ExtendRefuse, ExtendRequest, Header, Hold};

use crate::actors::{Actor, after, answering, at, document, first, text};

use super::{bid, chat, id_of};

fn to_seller(issued_at: &str) -> Header {
    let header = first(Actor::Buyer, Some(Actor::Seller), issued_at);
    let header = after(id_of(Actor::Buyer, chat()), 2, header);
    answering(id_of(Actor::Seller, bid()), header)
}

/// The buyer would like the bid in won to stand for ten days more.
pub fn extend_request() -> Document<ExtendRequest> {
    let body = ExtendRequest {
        offer: id_of(Actor::Seller, bid()),
        until: at("2026-12-10T05:00:00Z"),
        remark: text("이사회가 12월 8일에 열립니다."),
    };
    document(to_seller("2026-11-17T06:00:00Z"), body)
}

fn to_buyer(issued_at: &str) -> Header {
    let header = first(Actor::Seller, Some(Actor::Buyer), issued_at);
    let header = after(id_of(Actor::Seller, bid()), 3, header);
    answering(id_of(Actor::Buyer, extend_request()), header)
}

/// The seller in Paju grants it, and stays firm for a part of it.
pub fn extend_grant() -> Document<ExtendGrant> {
    let body = ExtendGrant {
        offer: id_of(Actor::Seller, bid()),
        until: at("2026-12-10T05:00:00Z"),
        firm_until: Some(at("2026-11-30T05:00:00Z")),
    };
    document(to_buyer("2026-11-17T07:45:00Z"), body)
}

/// The seller in Paju does not.
pub fn extend_refuse() -> Document<ExtendRefuse> {
    let body = ExtendRefuse {
        offer: id_of(Actor::Seller, bid()),
        remark: text("환율 때문에 연장이 어렵습니다."),
    };
    document(to_buyer("2026-11-17T07:45:00Z"), body)
}

/// The buyer promises the seller in Paju to deal with nobody else for two days.
pub fn hold() -> Document<Hold> {
    let body = Hold {
        until: at("2026-11-19T06:00:00Z"),
        remark: text("내부 승인 중입니다."),
    };
    document(to_seller("2026-11-17T06:00:00Z"), body)
}
