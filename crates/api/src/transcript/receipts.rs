//! Receipts: signed by whom they should be, for documents that are there.

use std::collections::HashMap;

use opener_trade::{DocumentId, PeerId, document::Receipt};

use super::{
    evidence::{Evidence, Item},
    verdict::{CheckName, Findings, Gap},
};

/// Each receipt is for a document of the bundle and signed by its recipient.
pub(super) fn check(evidence: &Evidence, findings: &mut Findings) {
    let documents: HashMap<DocumentId, &Item> = evidence
        .items
        .iter()
        .map(|item| (item.document.id(), item))
        .collect();
    for receipt in &evidence.receipts {
        let id = receipt.document;
        let right = documents
            .get(&id)
            .is_some_and(|item| is_for(evidence, item, receipt));
        if receipt.deal != evidence.deal || !right {
            let signer: PeerId = receipt.signer();
            findings.fail(
                CheckName::Receipts,
                format!("a receipt of {signer} for document {id}: no such document was sent to it"),
            );
        }
    }
    findings.pass(
        CheckName::Receipts,
        format!("{} receipts", evidence.receipts.len()),
    );
    let unreceipted = |item: &&Item| {
        let id = item.document.id();
        item.document.signer() != evidence.buyer && !evidence.received_by_buyer.contains_key(&id)
    };
    if evidence.items.iter().any(|item| unreceipted(&item)) {
        findings.gap(Gap::UnreceiptedTimes);
    }
}

fn is_for(evidence: &Evidence, item: &Item, receipt: &Receipt) -> bool {
    let Some(header) = item.header() else {
        return false;
    };
    let to_signer = match header.to {
        Some(to) => receipt.from == to,
        None => evidence.sellers.contains(&receipt.from),
    };
    to_signer && receipt.to == header.from
}
