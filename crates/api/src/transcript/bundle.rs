//! The bundle: JSON around signed bytes.

use data_encoding::BASE64;
use opener_negotiation::{Role, dialogue::State};
use opener_peer::{DealSnapshot, MAX_INVITED, Record};
use opener_trade::{
    DealId, DocumentId, List, PeerId, Reason, Timestamp, document::Receipt, envelope::open_as,
    limits::LOG_PATH,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::verdict::{CheckName, Findings};

/// The version that this program writes and reads.
pub const BUNDLE_VERSION: u32 = 1;

/// Bytes of a bundle: forty of the largest documents, or a request to some thousand sellers. More is not read.
pub const MAX_BUNDLE_BYTES: usize = 256 * 1024 * 1024;

/// One document. What stands beside `bytes` is for readers; a check computes it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BundleDocument {
    /// Its id.
    pub id: DocumentId,
    /// Its kind; `unknown` for one that a newer version wrote.
    pub kind: String,
    /// Who signed it.
    pub from: PeerId,
    /// To whom; absent where it went to everybody invited.
    pub to: Option<PeerId>,
    /// When it was received, or signed, at the side that exported the bundle.
    pub at: Timestamp,
    /// Signed by the side that exported the bundle.
    pub mine: bool,
    /// Why it has no effect, where its receiver refused it.
    pub void: Option<Reason>,
    /// The signed bytes, in base64.
    pub bytes: String,
}

/// The final terms of one dialogue, as far as they are signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BundleTerms {
    /// The seller.
    pub seller: PeerId,
    /// The terms signed by the buyer, in base64.
    pub by_buyer: Option<String>,
    /// The terms signed by the seller, in base64.
    pub by_seller: Option<String>,
}

/// A deal, or one dialogue of it, with everything that was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`BUNDLE_VERSION`].
    pub version: u32,
    /// The deal.
    pub deal: DealId,
    /// Who asked.
    pub buyer: PeerId,
    /// Who answered; the dialogues that the bundle holds.
    pub sellers: Vec<PeerId>,
    /// When it was exported.
    pub exported_at: Timestamp,
    /// Which side exported it.
    pub exported_by: Role,
    /// The documents, in the order in which that side kept them.
    pub documents: Vec<BundleDocument>,
    /// The signed receipts for them, in base64.
    pub receipts: Vec<String>,
    /// The final terms.
    pub terms: Vec<BundleTerms>,
    /// The directories' signed receipts for the final terms, in base64.
    pub reports: Vec<String>,
    /// Where the final terms stand in the directories' logs. Older bundles have none.
    #[serde(default)]
    pub proofs: Vec<BundleProof>,
}

/// Where final terms stand in the log of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BundleProof {
    /// The id of the terms.
    pub terms: DocumentId,
    /// Which leaf of the log they are, counted from zero.
    #[ts(type = "number")]
    pub leaf: u64,
    /// The log's head, signed by the directory, in base64.
    pub head: String,
    /// The hashes from the leaf to the root (RFC 6962 section 2.1.1).
    pub path: List<DocumentId, LOG_PATH>,
}

impl Bundle {
    /// Gathers a deal; of the buyer's dialogues only the one with `seller`, if one is named.
    #[must_use]
    pub fn new(
        deal: &DealSnapshot,
        seller: Option<PeerId>,
        records: &[Record],
        now: Timestamp,
    ) -> Self {
        let wanted = |state: &&State| {
            deal.role == Role::Seller || seller.is_none_or(|seller| seller == state.seller)
        };
        let dialogues: Vec<&State> = deal.dialogues.iter().filter(wanted).collect();
        let buyer = deal.rfp.signer();
        let sellers: Vec<PeerId> = dialogues.iter().map(|state| state.seller).collect();
        let is_party = |peer: PeerId| peer == buyer || sellers.contains(&peer);
        let base64 = |bytes: &[u8]| BASE64.encode(bytes);
        // A receipt names its signer, and other sellers are none of this bundle's reader's business.
        let receipts = records
            .iter()
            .flat_map(|record| &record.receipts)
            .filter(|receipt| {
                open_as::<Receipt>(receipt).is_ok_and(|receipt| is_party(receipt.signer()))
            });
        let terms = dialogues
            .iter()
            .filter(|state| state.terms.by_buyer.is_some() || state.terms.by_seller.is_some());
        let ids: Vec<_> = dialogues
            .iter()
            .filter_map(|state| Some(state.terms.by_buyer.as_ref()?.id()))
            .collect();
        let proofs = deal.proofs.iter().filter(|it| ids.contains(&it.terms));
        let proofs = proofs.filter_map(|proof| {
            Some(BundleProof {
                terms: proof.terms,
                leaf: proof.leaf,
                head: base64(&proof.head),
                path: List::try_from(proof.path.clone()).ok()?,
            })
        });
        let reports = deal
            .reports
            .iter()
            .filter(|report| ids.contains(&report.terms));
        Bundle {
            version: BUNDLE_VERSION,
            deal: deal.deal,
            buyer,
            exported_at: now,
            exported_by: deal.role,
            documents: records.iter().map(BundleDocument::from).collect(),
            receipts: receipts.map(|receipt| base64(receipt)).collect(),
            terms: terms
                .map(|state| BundleTerms {
                    seller: state.seller,
                    by_buyer: state
                        .terms
                        .by_buyer
                        .as_ref()
                        .map(|signed| base64(signed.bytes())),
                    by_seller: state
                        .terms
                        .by_seller
                        .as_ref()
                        .map(|signed| base64(signed.bytes())),
                })
                .collect(),
            reports: reports
                .filter_map(|report| report.receipt.as_deref().map(base64))
                .collect(),
            proofs: proofs.collect(),
            sellers,
        }
    }
}

impl From<&Record> for BundleDocument {
    fn from(record: &Record) -> Self {
        let document = &record.document;
        BundleDocument {
            id: document.id(),
            kind: kind(document).to_owned(),
            from: document.signer(),
            to: document.header().and_then(|header| header.to),
            at: record.at,
            mine: record.mine,
            void: record.void,
            bytes: BASE64.encode(document.bytes()),
        }
    }
}

/// The kind as the bundle spells it.
pub(super) fn kind(document: &opener_trade::Opened) -> &'static str {
    document.kind().map_or("unknown", |kind| kind.name())
}

/// Reads the JSON.
pub(super) fn read(bytes: &[u8], findings: &mut Findings) -> Option<Bundle> {
    if bytes.len() > MAX_BUNDLE_BYTES {
        findings.fail(
            CheckName::Format,
            format!("a bundle has at most {MAX_BUNDLE_BYTES} bytes"),
        );
        return None;
    }
    let bundle: Bundle = match serde_json::from_slice(bytes) {
        Ok(bundle) => bundle,
        Err(error) => {
            findings.fail(CheckName::Format, format!("not a bundle: {error}"));
            return None;
        }
    };
    if bundle.version != BUNDLE_VERSION {
        let found = bundle.version;
        findings.fail(
            CheckName::Format,
            format!("version {found}; this program reads version {BUNDLE_VERSION}"),
        );
        return None;
    }
    if bundle.sellers.len() > MAX_INVITED {
        let rule = format!("a request goes to at most {MAX_INVITED} sellers");
        findings.fail(CheckName::Format, rule);
        return None;
    }
    findings.pass(CheckName::Format, format!("version {BUNDLE_VERSION}"));
    Some(bundle)
}
