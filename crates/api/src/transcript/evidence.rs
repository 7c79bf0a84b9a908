//! Opening what a bundle holds: from here on only what was signed counts.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use data_encoding::BASE64;
use opener_trade::{
    DealId, DocumentId, EnvelopeError, Opened, PeerId, Reason, Timestamp, Verified,
    document::{Document, Header, Receipt, Rfp, Stage},
    envelope::{Payload, open_as},
    open,
};

use super::{
    bundle::{Bundle, BundleDocument, kind},
    verdict::{CheckName, Findings, Proof},
};

/// One opened document.
pub(super) struct Item {
    pub(super) document: Arc<Opened>,
    pub(super) void: Option<Reason>,
}

impl Item {
    /// Its place in the deal; documents without one are not taken as evidence.
    pub(super) fn header(&self) -> Option<&Header> {
        self.document.header()
    }
}

/// What was signed.
pub(super) struct Evidence {
    pub(super) deal: DealId,
    pub(super) buyer: PeerId,
    pub(super) sellers: Vec<PeerId>,
    pub(super) exported_at: Timestamp,
    pub(super) items: Vec<Item>,
    pub(super) receipts: Vec<Verified<Receipt>>,
    /// When the buyer received a document, by its signed receipt.
    pub(super) received_by_buyer: HashMap<DocumentId, Timestamp>,
}

impl Evidence {
    /// Opens every document and receipt.
    pub(super) fn open(bundle: &Bundle, findings: &mut Findings) -> Self {
        let mut items = Vec::with_capacity(bundle.documents.len());
        for (i, listed) in bundle.documents.iter().enumerate() {
            match open_document(bundle, listed) {
                Ok(document) => items.push(Item {
                    document: Arc::new(document),
                    void: listed.void,
                }),
                Err((check, why)) => findings.fail(check, format!("document {}: {why}", i + 1)),
            }
        }
        let receipts: Vec<Verified<Receipt>> = bundle
            .receipts
            .iter()
            .enumerate()
            .filter_map(|(i, text)| match signed(text) {
                Ok(receipt) => Some(receipt),
                Err(why) => {
                    findings.fail(CheckName::Receipts, format!("receipt {}: {why}", i + 1));
                    None
                }
            })
            .collect();
        findings.pass(CheckName::Signatures, format!("{} documents", items.len()));
        findings.pass(CheckName::Ids, format!("{} documents", items.len()));
        findings.pass(CheckName::Sums, "of every document that has some");
        findings.prove(Proof::Authorship);
        let by_buyer = receipts
            .iter()
            .filter(|r| r.signer() == bundle.buyer && r.stage == Stage::Received);
        let mut received_by_buyer: HashMap<DocumentId, Timestamp> = HashMap::new();
        for receipt in by_buyer {
            let first = received_by_buyer
                .entry(receipt.document)
                .or_insert(receipt.at);
            *first = receipt.at.min(*first);
        }
        let mut seen = HashSet::new();
        Self {
            deal: bundle.deal,
            buyer: bundle.buyer,
            sellers: bundle
                .sellers
                .iter()
                .copied()
                .filter(|seller| seen.insert(*seller))
                .collect(),
            exported_at: bundle.exported_at,
            items,
            receipts,
            received_by_buyer,
        }
    }

    /// The request: the first document of the buyer's broadcasts.
    pub(super) fn rfp(&self) -> Option<Arc<Verified<Document<Rfp>>>> {
        self.items.iter().find_map(|item| match &*item.document {
            Opened::Rfp(rfp) if rfp.header.seq == 1 && rfp.signer() == self.buyer => {
                Some(Arc::new(rfp.clone()))
            }
            _ => None,
        })
    }
}

type Fault = (CheckName, String);

fn open_document(bundle: &Bundle, listed: &BundleDocument) -> Result<Opened, Fault> {
    let bytes = BASE64
        .decode(listed.bytes.as_bytes())
        .map_err(|_| (CheckName::Format, "the bytes are not base64".to_owned()))?;
    let document = open(&bytes).map_err(|error| (check_of(&error), error.to_string()))?;
    let wrong = |what: &str| {
        Err((
            CheckName::Ids,
            format!("{what} is not what the bundle says"),
        ))
    };
    let Some(header) = document.header() else {
        return Err((CheckName::Ids, "is not a document of a deal".to_owned()));
    };
    if document.id() != listed.id {
        return wrong("the id");
    }
    if kind(&document) != listed.kind {
        return wrong("the kind");
    }
    if document.signer() != listed.from || header.to != listed.to {
        return wrong("sender or recipient");
    }
    if header.deal != bundle.deal {
        return wrong("the deal");
    }
    Ok(document)
}

/// The check that a document fails which does not open.
const fn check_of(error: &EnvelopeError) -> CheckName {
    match error.reason() {
        Reason::SumMismatch => CheckName::Sums,
        Reason::BadChain => CheckName::Chains,
        _ => CheckName::Signatures,
    }
}

/// Opens signed bytes of one kind, in base64.
pub(super) fn signed<T: Payload>(text: &str) -> Result<Verified<T>, String> {
    let bytes = BASE64
        .decode(text.as_bytes())
        .map_err(|_| "not base64".to_owned())?;
    open_as(&bytes).map_err(|error| error.to_string())
}
