//! `report`: final terms that buyer and seller both signed.

use opener_trade::switch::{Countermeasure, holds};
use std::sync::Arc;

use minicbor::bytes::ByteVec;
use opener_trade::{
    PeerId, Reason, Timestamp, Verified,
    directory::Response,
    document::{ReportReceipt, Terms},
    envelope,
    limits::MAX_TERMS_BYTES,
    sign,
};

use crate::{
    core::Directory,
    limits::REPORTS_WINDOW,
    refusal::{Fault, Refusal},
    store::{Report, Reported},
};

/// The same terms under two signatures.
struct Signed {
    by_buyer: Verified<Terms>,
    by_seller: Verified<Terms>,
}

impl Directory {
    pub(crate) async fn report(
        &self,
        from: PeerId,
        by_buyer: &[u8],
        by_seller: &[u8],
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let signed = open(from, by_buyer, by_seller)?;
        let terms = &signed.by_buyer;
        if let Some(receipt) = self.store.receipt_of(terms.id()).await? {
            return Ok(reported(receipt));
        }
        let mut writer = self.store.writer().await;
        match writer
            .reported(terms.id(), &terms.deal, &terms.buyer, &terms.seller)
            .await?
        {
            Reported::Same(receipt) => return Ok(reported(receipt)),
            Reported::Other => {
                let detail = "other terms of this deal between these two are kept";
                return Err(Refusal::new(Reason::NotAllowed, detail));
            }
            Reported::Never => {}
        }
        let since = Timestamp::from_millis(now.millis() - REPORTS_WINDOW.millis());
        if writer.reports_of(&from, since).await? >= self.limits.reports {
            return Err(Refusal::new(
                Reason::RateLimited,
                "too many reports in one day",
            ));
        }
        let bytes = (by_buyer.len() + by_seller.len()) as u64;
        if self.store.reported_bytes().saturating_add(bytes) > self.limits.reports_bytes {
            return Err(Refusal::new(
                Reason::Unavailable,
                "the directory has no room for reports",
            ));
        }
        let receipt = ReportReceipt {
            from: self.peer_id(),
            deal: terms.deal,
            terms: terms.id(),
            at: now,
        };
        let receipt = sign(&self.identity, receipt).map_err(|e| Refusal::Fault(Fault::Sign(e)))?;
        writer
            .put_report(&Report {
                terms: terms.id(),
                deal: terms.deal,
                buyer: terms.buyer,
                seller: terms.seller,
                reporter: from,
                reported_at: now,
                by_buyer: Arc::clone(signed.by_buyer.bytes()),
                by_seller: Arc::clone(signed.by_seller.bytes()),
                receipt: Arc::clone(receipt.bytes()),
            })
            .await?;
        Ok(reported(receipt.bytes().to_vec()))
    }
}

fn open(from: PeerId, by_buyer: &[u8], by_seller: &[u8]) -> Result<Signed, Refusal> {
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
    Ok(Signed {
        by_buyer,
        by_seller,
    })
}

fn reported(receipt: Vec<u8>) -> Response {
    Response::Reported {
        receipt: ByteVec::from(receipt),
    }
}
