//! The last round, and a directory's stamp as proof.

use opener_trade::{
    document::{BestAndFinal, Document, Rfp, TimeProof},
    sign,
};

use crate::actors::{Actor, after, answering, at, document, first, list, text};

use super::{bid, chat, id_of, rfp, stamp};

/// The request, whose buyer lets a directory's stamps count.
pub fn rfp_stamped() -> Document<Rfp> {
    let mut request = rfp();
    request.body.stamps = list(vec![Actor::Directory.peer()]);
    request
}

/// The buyer asks the seller in Paju for its last bid.
pub fn best_and_final() -> Document<BestAndFinal> {
    let header = first(Actor::Buyer, Some(Actor::Seller), "2026-11-16T06:00:00Z");
    let header = after(id_of(Actor::Buyer, chat()), 2, header);
    let body = BestAndFinal {
        rfp: id_of(Actor::Buyer, rfp()),
        offer: id_of(Actor::Seller, bid()),
        deadline: at("2026-11-17T09:00:00Z"),
        award_by: at("2026-11-20T09:00:00Z"),
        remark: text("최종 가격을 제안해 주십시오."),
    };
    document(answering(id_of(Actor::Seller, bid()), header), body)
}

/// The seller in Paju hands on the directory's stamp of its bid.
pub fn time_proof() -> Document<TimeProof> {
    let bid = id_of(Actor::Seller, bid());
    let header = first(Actor::Seller, Some(Actor::Buyer), "2026-11-04T06:31:00Z");
    let stamp = sign(&Actor::Directory.identity(), stamp()).unwrap();
    let body = TimeProof {
        document: bid,
        stamp: stamp.bytes().to_vec().into(),
    };
    let header = answering(id_of(Actor::Buyer, rfp()), after(bid, 3, header));
    document(header, body)
}
