//! What the peers of this soak sign.

use minicbor::bytes::ByteVec;
use opener_trade::{
    DealId, DocumentId, Duration, Identity, PeerText, Place, Timestamp,
    directory::Request,
    document::{Disclosure, Listing, Roles, Terms},
    sign,
};

/// Somebody, by a number.
pub(super) fn who(number: u32) -> Identity {
    let mut seed = [0xd1; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    Identity::from_seed(seed)
}

/// Keeps a new listing of somebody.
pub(super) fn register(who: &Identity, seq: u64, now: Timestamp) -> Request {
    let listing = Listing {
        from: who.peer_id(),
        seq,
        issued_at: now,
        expires_at: now.plus(Duration::from_secs(24 * 3600)),
        name: PeerText::truncated("seller"),
        roles: Roles {
            buys: true,
            sells: true,
        },
        categories: Default::default(),
        words: PeerText::truncated("office chairs"),
        place: Place {
            country: "KR".parse().expect("a country"),
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
    let signed = sign(who, listing).expect("a good listing");
    Request::Register {
        listing: ByteVec::from(signed.bytes().to_vec()),
    }
}

/// The report of a deal between two, and the id of its terms.
pub(super) fn report(buyer: &Identity, seller: &Identity, deal: u64) -> (Request, DocumentId) {
    let id = |n: u8| DocumentId::from_bytes([n; 32]);
    let mut number = [0; 16];
    number[..8].copy_from_slice(&deal.to_be_bytes());
    let at = Timestamp::from_millis(1_795_183_200_000);
    let terms = Terms {
        deal: DealId::from_bytes(number),
        buyer: buyer.peer_id(),
        seller: seller.peer_id(),
        rfp: id(1),
        bid: id(2),
        order: id(3),
        response: id(4),
        bid_valid_until: at,
        ordered_at: at,
        answer_by: at,
        accepted_at: at,
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
    let by_buyer = sign(buyer, terms.clone()).expect("good terms");
    let by_seller = sign(seller, terms).expect("good terms");
    let request = Request::Report {
        by_buyer: ByteVec::from(by_buyer.bytes().to_vec()),
        by_seller: ByteVec::from(by_seller.bytes().to_vec()),
    };
    (request, by_buyer.id())
}
