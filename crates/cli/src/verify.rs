//! Checking an exported deal, and saying in words what it proves.

use std::{fs, io::Read, process::ExitCode};

use anyhow::{Context, Result};
use opener_api::transcript::{CheckName, Gap, MAX_BUNDLE_BYTES, Proof, Verdict, verify};

use crate::{args::VerifyArguments, output};

/// Checks a bundle.
///
/// # Errors
/// The file cannot be read.
pub fn run(arguments: &VerifyArguments) -> Result<ExitCode> {
    let name = arguments.bundle.display();
    let file = fs::File::open(&arguments.bundle).with_context(|| format!("cannot read {name}"))?;
    let most = u64::try_from(MAX_BUNDLE_BYTES).unwrap_or(u64::MAX);
    let mut bytes = vec![];
    // One byte more than is read shows that there is more.
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {name}"))?;
    let verdict = verify(&bytes);
    if arguments.json {
        output::json(&verdict)?;
    } else {
        output::line(&words(&verdict))?;
    }
    Ok(if verdict.ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn words(verdict: &Verdict) -> String {
    let mut lines = vec![];
    for check in &verdict.checks {
        let mark = if check.ok { "ok   " } else { "WRONG" };
        lines.push(format!(
            "{mark}  {}: {}",
            checked(check.check),
            check.detail
        ));
    }
    for ended in &verdict.states {
        lines.push(format!(
            "       the dialogue with {} ends as: {}",
            ended.seller,
            code(&ended.state)
        ));
    }
    if verdict.ok {
        lines.push("\nThis proves:".to_owned());
        lines.extend(
            verdict
                .proves
                .iter()
                .map(|proof| format!("  - {}", proved(*proof))),
        );
    } else {
        lines.push("\nSomething is wrong, so this proves nothing.".to_owned());
    }
    lines.push("\nIt cannot prove:".to_owned());
    lines.extend(
        verdict
            .cannot_prove
            .iter()
            .map(|gap| format!("  - {}", unproved(*gap))),
    );
    lines.join("\n")
}

/// A code in words: `bid_standing` reads "bid standing".
fn code<T: serde::Serialize>(code: &T) -> String {
    let json = serde_json::to_value(code).unwrap_or_default();
    json.as_str().unwrap_or("unknown").replace('_', " ")
}

const fn checked(check: CheckName) -> &'static str {
    match check {
        CheckName::Format => "it is a bundle of a known version",
        CheckName::Signatures => "every signature is its sender's",
        CheckName::Ids => "ids, senders and recipients are those that were signed",
        CheckName::Sums => "sums are right",
        CheckName::Chains => "no document is missing between others",
        CheckName::Receipts => "receipts are signed by whom the documents went to",
        CheckName::Deadlines => "bids, orders and answers came in time",
        CheckName::Rules => "the rules allow what was said",
        CheckName::Terms => "both signed the same final terms, and these follow from the documents",
        CheckName::Reports => "the directory's receipts are for these final terms",
        CheckName::Log => {
            "the final terms stand in the directory's log, under a head that it signed"
        }
    }
}

const fn proved(proof: Proof) -> &'static str {
    match proof {
        Proof::Authorship => "the holders of these keys signed these documents",
        Proof::NoGap => "nothing was left out before the last document of each side",
        Proof::BidsReceived => "when the buyer received the bids, by its own signed receipts",
        Proof::BidsStamped => {
            "when a bid existed, by the stamp of a directory that the request names"
        }
        Proof::LastRound => "the buyer asked a seller for its last bid, and until when",
        Proof::Concluded => "an order was placed and accepted: there is a contract",
        Proof::AcceptanceReceived => "the buyer has acknowledged the acceptance",
        Proof::OrderChanged => "both sides signed a change of the order",
        Proof::OrderCancelled => "both sides signed that the order ends",
        Proof::OrderReleased => {
            "the seller let the order go, after the time printed in it: nothing is owed any more"
        }
        Proof::TermsSigned => "both sides signed the same final terms",
        Proof::TermsReported => "a directory holds the final terms",
        Proof::TermsInLog => {
            "the final terms stand in a directory's log, which cannot be changed without contradicting its signed head"
        }
    }
}

const fn unproved(gap: Gap) -> &'static str {
    match gap {
        Gap::Names => "that the holders of the keys are the firms whose names they use",
        Gap::LaterDocuments => "that nothing was said after the last document of each side",
        Gap::Clocks => "that the signers' clocks were right",
        Gap::UnreceiptedTimes => {
            "when documents without a receipt arrived: only their senders state it"
        }
        Gap::StampTimes => {
            "that a stamping directory told the true time, or that the bid was handed over then"
        }
        Gap::OthersAdmitted => "whom else the buyer asked for a last bid",
        Gap::Refusals => "that documents marked as refused were refused by the other side",
        Gap::DirectoryKeys => "that the key behind a report's receipt belongs to a directory",
        Gap::LogHistory => "that the directory shows everybody else the same log",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_words_of_its_own() {
        let mut all: Vec<&str> = CheckName::ALL.iter().map(|name| checked(*name)).collect();
        all.extend(Proof::ALL.iter().map(|proof| proved(*proof)));
        all.extend(Gap::ALL.iter().map(|gap| unproved(*gap)));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn what_is_wrong_proves_nothing() {
        let words = words(&verify(b"{}"));
        assert!(
            words.contains("WRONG") && words.contains("proves nothing"),
            "{words}"
        );
    }
}
