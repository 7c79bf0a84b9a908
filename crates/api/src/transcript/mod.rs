//! A deal as a bundle that proves itself: the signed documents and receipts, to be checked offline by somebody who was
//! not there and trusts neither side.

mod bundle;
mod chains;
mod evidence;
mod receipts;
mod replay;
mod terms;
mod verdict;

pub use bundle::{BUNDLE_VERSION, Bundle, BundleDocument, BundleTerms, MAX_BUNDLE_BYTES};
pub use verdict::{Check, CheckName, Gap, Proof, SellerState, Verdict};

use evidence::Evidence;
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
    for seller in &evidence.sellers {
        if let Some(state) = replay::play(&evidence, *seller, &mut findings) {
            terms::check(&bundle, &evidence, &state, &mut findings);
            findings.state(*seller, state.phase.into());
        }
    }
    findings.verdict()
}

#[cfg(test)]
mod amended;
#[cfg(test)]
mod tests;
