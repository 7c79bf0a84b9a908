//! Chains without a gap.

use std::collections::{HashMap, HashSet};

use opener_trade::{DocumentId, PeerId};

use super::{
    evidence::Evidence,
    verdict::{CheckName, Findings, Proof},
};

/// Each chain begins with 1, has no gap and no fork, and stands in its order; every answer names a document that is
/// there.
pub(super) fn check(evidence: &Evidence, findings: &mut Findings) {
    let mut chains: HashMap<(PeerId, Option<PeerId>), (u64, Option<DocumentId>)> = HashMap::new();
    let known: HashSet<DocumentId> = evidence
        .items
        .iter()
        .map(|item| item.document.id())
        .collect();
    for item in &evidence.items {
        let Some(header) = item.header() else {
            continue;
        };
        let (seq, head) = chains.entry((header.from, header.to)).or_default();
        let id = item.document.id();
        if seq.checked_add(1) != Some(header.seq) || header.previous != *head {
            let rule = "does not continue its sender's chain: one before it is missing, or the order is another";
            findings.fail(CheckName::Chains, format!("document {id}: {rule}"));
        }
        (*seq, *head) = (header.seq, Some(id));
        if header
            .answers
            .is_some_and(|answered| !known.contains(&answered))
        {
            findings.fail(
                CheckName::Chains,
                format!("document {id}: the document that it answers is missing"),
            );
        }
        let is_party = |peer: PeerId| peer == evidence.buyer || evidence.sellers.contains(&peer);
        let between_parties = is_party(header.from)
            && header.to.map_or(header.from == evidence.buyer, |to| {
                is_party(to) && (header.from == evidence.buyer) != (to == evidence.buyer)
            });
        if !between_parties {
            findings.fail(
                CheckName::Ids,
                format!("document {id}: is not between the parties of the bundle"),
            );
        }
    }
    if evidence.rfp().is_none() {
        findings.fail(
            CheckName::Chains,
            "the request, with which every deal begins, is missing",
        );
    }
    findings.pass(CheckName::Chains, format!("{} chains", chains.len()));
    findings.prove(Proof::NoGap);
}
