//! `report`: final terms that buyer and seller both signed.

use opener_trade::switch::{Countermeasure, holds};

use minicbor::bytes::ByteVec;
use opener_trade::{
    DealId, DocumentId, PeerId, Reason, Timestamp, Verified,
    directory::Response,
    document::{ReportReceipt, Terms},
    envelope,
    limits::MAX_TERMS_BYTES,
    sign,
};

use crate::{
    core::Directory,
    prices::prices_of,
    refusal::{Fault, Refusal},
    store::{Change, Outcome, Report},
};

impl Directory {
    pub(crate) async fn report(
        &self,
        from: PeerId,
        by_buyer: &[u8],
        by_seller: &[u8],
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let terms = open(from, by_buyer, by_seller)?;
        let (deal, id) = (terms.deal, terms.id());
        if let Some((_, at)) = self.store.kept(id).await? {
            return self.receipt(deal, id, at);
        }
        let report = Report {
            terms: id,
            deal,
            buyer: terms.buyer,
            seller: terms.seller,
            reporter: from,
            by_buyer: by_buyer.to_vec(),
            by_seller: by_seller.to_vec(),
            prices: prices_of(&terms, now),
        };
        match self.change(Change::Report(Box::new(report)), now).await? {
            Outcome::Reported(at) | Outcome::SameTerms(at) => self.receipt(deal, id, at),
            Outcome::TooManyReports => Err(Refusal::new(
                Reason::RateLimited,
                "too many reports in one day",
            )),
            Outcome::NoRoom => Err(Refusal::new(
                Reason::Unavailable,
                "the directory has no room for reports",
            )),
            _ => Err(Refusal::new(
                Reason::NotAllowed,
                "other terms of this deal between these two are kept",
            )),
        }
    }

    /// The receipt of terms that are kept since then. Signed anew it has the same bytes: Ed25519 takes no chance
    /// (RFC 8032).
    fn receipt(&self, deal: DealId, terms: DocumentId, at: Timestamp) -> Result<Response, Refusal> {
        let receipt = ReportReceipt {
            from: self.peer_id(),
            deal,
            terms,
            at,
        };
        let receipt = sign(&self.identity, receipt).map_err(|e| Refusal::Fault(Fault::Sign(e)))?;
        Ok(Response::Reported {
            receipt: ByteVec::from(receipt.bytes().to_vec()),
        })
    }
}

/// The terms, once both signatures over them are good.
fn open(from: PeerId, by_buyer: &[u8], by_seller: &[u8]) -> Result<Verified<Terms>, Refusal> {
    if by_buyer.len() > MAX_TERMS_BYTES || by_seller.len() > MAX_TERMS_BYTES {
        let detail = format!("signed terms have at most {MAX_TERMS_BYTES} bytes");
        return Err(Refusal::new(Reason::TooLarge, detail));
    }
    let by_buyer = envelope::open_as::<Terms>(by_buyer)?;
    if from != by_buyer.buyer && from != by_buyer.seller {
        let detail = "only the buyer or the seller reports their terms";
        return Err(Refusal::new(Reason::NotAllowed, detail));
    }
    let by_seller = envelope::open_as::<Terms>(by_seller)?;
    if !envelope::same_bytes_signed(&by_buyer, &by_seller) {
        return Err(Refusal::new(
            Reason::BadSignature,
            "the two signatures are not over the same bytes",
        ));
    }
    let in_place = by_buyer.signer() == by_buyer.buyer && by_seller.signer() == by_seller.seller;
    if !in_place && holds(Countermeasure::ReportSigners) {
        return Err(Refusal::new(
            Reason::BadSignature,
            "by_buyer is signed by the buyer, by_seller by the seller",
        ));
    }
    Ok(by_buyer)
}
