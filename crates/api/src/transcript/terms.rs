//! The final terms: both signatures over the same bytes, and the bytes those that the documents lead to.

use opener_negotiation::{
    Role,
    dialogue::{Phase, State},
};
use opener_trade::{
    Verified,
    document::{LogHead, ReportReceipt, Terms},
    envelope::same_bytes_signed,
    log::check_inclusion,
};

use super::{
    bundle::Bundle,
    evidence::{Evidence, signed},
    verdict::{CheckName, Findings, Gap, Proof},
};
use crate::view::computed_terms;

/// Whether there is a contract.
pub(super) const fn is_concluded(state: &State) -> bool {
    matches!(state.phase, Phase::Concluded | Phase::Reported)
}

/// A concluded deal has terms that both signed, and its reports are about them.
pub(super) fn check(bundle: &Bundle, evidence: &Evidence, state: &State, findings: &mut Findings) {
    if let Err(why) = terms(bundle, state, findings) {
        findings.fail(CheckName::Terms, format!("seller {}: {why}", state.seller));
    }
    findings.pass(CheckName::Terms, "of every concluded dialogue");
    reports(bundle, evidence, state, findings);
    proofs(bundle, evidence, state, findings);
}

/// Every place in a log is checked; where it is that of these terms, they cannot be taken out unseen.
fn proofs(bundle: &Bundle, evidence: &Evidence, state: &State, findings: &mut Findings) {
    let signed_terms = state.terms.by_buyer.as_ref().map(|terms| terms.id());
    for proof in &bundle.proofs {
        let head: Verified<LogHead> = match signed(&proof.head) {
            Ok(head) => head,
            Err(why) => {
                findings.fail(CheckName::Log, format!("a log's head: {why}"));
                continue;
            }
        };
        findings.gap(Gap::DirectoryKeys);
        if let Err(why) = check_inclusion(&head, proof.terms, proof.leaf, &proof.path) {
            findings.fail(CheckName::Log, why.to_string());
        } else if Some(proof.terms) == signed_terms {
            findings.prove(Proof::TermsInLog);
            findings.gap(Gap::LogHistory);
        } else if evidence.sellers.len() == 1 {
            findings.fail(CheckName::Log, "a place in a log is that of other terms");
        }
        let places = bundle.proofs.len();
        findings.pass(CheckName::Log, format!("{places} places in logs"));
    }
}

fn terms(bundle: &Bundle, state: &State, findings: &mut Findings) -> Result<(), String> {
    let listed = bundle
        .terms
        .iter()
        .find(|terms| terms.seller == state.seller);
    let listed = [
        (
            Role::Buyer,
            listed.and_then(|terms| terms.by_buyer.as_ref()),
        ),
        (
            Role::Seller,
            listed.and_then(|terms| terms.by_seller.as_ref()),
        ),
    ];
    if !is_concluded(state) {
        let claimed = listed.iter().any(|(_, text)| text.is_some());
        return if claimed {
            Err("there are terms, but no contract".to_owned())
        } else {
            Ok(())
        };
    }
    let computed = computed_terms(state)
        .map_err(|e| e.to_string())?
        .ok_or("no terms follow from the documents")?;
    let mut both: Vec<Verified<Terms>> = Vec::with_capacity(2);
    for (role, text) in listed {
        let side = if role == Role::Buyer {
            "buyer"
        } else {
            "seller"
        };
        let text = text.ok_or_else(|| format!("the {side} has not signed the terms"))?;
        let terms: Verified<Terms> =
            signed(text).map_err(|why| format!("the {side}'s signature: {why}"))?;
        if terms.signer() != state.party(role) {
            return Err(format!("the {side}'s signature is somebody else's"));
        }
        if *terms != computed {
            return Err(format!(
                "the {side} signed terms that do not follow from the documents"
            ));
        }
        let said = state
            .terms
            .of(role)
            .ok_or_else(|| format!("the {side}'s final-terms document is missing"))?;
        if said.bytes() != terms.bytes() {
            return Err(format!(
                "the {side}'s final-terms document carries another signature"
            ));
        }
        both.push(terms);
    }
    match both.as_slice() {
        [by_buyer, by_seller] if same_bytes_signed(by_buyer, by_seller) => {
            findings.prove(Proof::TermsSigned);
            Ok(())
        }
        _ => Err("the two signatures cover different bytes".to_owned()),
    }
}

fn reports(bundle: &Bundle, evidence: &Evidence, state: &State, findings: &mut Findings) {
    let signed_terms = state.terms.by_buyer.as_ref().map(|terms| terms.id());
    for text in &bundle.reports {
        let receipt: Verified<ReportReceipt> = match signed(text) {
            Ok(receipt) => receipt,
            Err(why) => {
                findings.fail(CheckName::Reports, format!("a report's receipt: {why}"));
                continue;
            }
        };
        findings.gap(Gap::DirectoryKeys);
        if receipt.deal != evidence.deal
            || receipt.signer() == state.buyer
            || receipt.signer() == state.seller
        {
            findings.fail(
                CheckName::Reports,
                "a report's receipt is about another deal, or signed by a party",
            );
        } else if Some(receipt.terms) == signed_terms {
            findings.prove(Proof::TermsReported);
        } else if evidence.sellers.len() == 1 {
            findings.fail(
                CheckName::Reports,
                "a report's receipt is about other terms",
            );
        }
        findings.pass(
            CheckName::Reports,
            format!("{} receipts", bundle.reports.len()),
        );
    }
}
