//! A deal as a bundle that proves itself: the signed documents and receipts, to be checked offline by somebody who was
//! not there and trusts neither side.

mod bundle;
mod chains;
mod evidence;
mod receipts;
mod replay;
mod terms;
mod verdict;

pub use bundle::{
    BUNDLE_VERSION, Bundle, BundleDocument, BundleProof, BundleTerms, MAX_BUNDLE_BYTES,
};
pub use verdict::{Check, CheckName, Gap, Proof, SellerState, Verdict};

use evidence::Evidence;
use opener_negotiation::dialogue::State;
use opener_trade::Timestamp;
use verdict::Findings;

/// Checks a bundle. Nothing but its bytes is looked at: every signature, id and sum is computed anew, the chains must
/// run without a gap, and each dialogue is played again by the rules, as the buyer saw it, with the signed receipts as
/// the judges of deadlines.
pub fn verify(bundle: &[u8]) -> Verdict {
    let mut findings = Findings::default();
    let Some(bundle) = bundle::read(bundle, &mut findings) else {
        return findings.verdict();
    };
    let evidence = Evidence::open(&bundle, &mut findings);
    chains::check(&evidence, &mut findings);
    receipts::check(&evidence, &mut findings);
    let mut last_round = None;
    for seller in &evidence.sellers {
        if let Some(state) = replay::play(&evidence, *seller, &mut findings) {
            terms::check(&bundle, &evidence, &state, &mut findings);
            findings.state(*seller, state.phase.into());
            same_last_round(&mut last_round, &state, &mut findings);
        }
    }
    findings.verdict()
}

/// All who are asked for a last bid have the same time.
fn same_last_round(
    seen: &mut Option<(Timestamp, Timestamp)>,
    state: &State,
    findings: &mut Findings,
) {
    let Some(round) = state.last_round else {
        return;
    };
    let moments = (round.deadline, round.award_by);
    if *seen.get_or_insert(moments) != moments {
        let why = "two sellers were asked for their last bids until different moments";
        findings.fail(CheckName::Rules, why);
    }
}

#[cfg(test)]
mod amended;
#[cfg(test)]
mod moments;
#[cfg(test)]
mod tests;
