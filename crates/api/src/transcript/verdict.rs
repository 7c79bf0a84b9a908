//! What came out.

use opener_trade::PeerId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::DialogueState;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
        }
    };
}

codes! {
    /// What is checked.
    CheckName {
        /// It is a bundle of a known version.
        Format,
        /// Every document opens, and its signature is its sender's.
        Signatures,
        /// Ids, kinds, senders and recipients are what the bundle says.
        Ids,
        /// Sums in documents are right.
        Sums,
        /// Each chain begins with 1 and has no gap; every answer names a document that is there.
        Chains,
        /// Each receipt is signed by the recipient of a document that is there.
        Receipts,
        /// Bids, orders and answers came in time.
        Deadlines,
        /// The rules of negotiation allow what was said.
        Rules,
        /// A concluded deal has terms that follow from its documents, signed by both over the same bytes.
        Terms,
        /// The directories' receipts are for these terms.
        Reports,
        /// These terms stand in the directories' logs where the bundle says.
        Log,
    }
}

codes! {
    /// What a good bundle proves.
    Proof {
        /// The holders of these keys signed these documents.
        Authorship,
        /// Nothing is missing before the last document of each chain.
        NoGap,
        /// When the buyer received the bids, by the buyer's signed receipts.
        BidsReceived,
        /// When a bid existed, by the stamp of a directory that the request names.
        BidsStamped,
        /// The buyer asked a seller for its last bid, and until when it was taken.
        LastRound,
        /// An order was placed and accepted.
        Concluded,
        /// The buyer acknowledged the acceptance, by receipt or by signing the terms.
        AcceptanceReceived,
        /// Both sides signed a change of the order.
        OrderChanged,
        /// Both sides signed that the order ends.
        OrderCancelled,
        /// The seller signed, after the time printed in the order, that it lets it go.
        OrderReleased,
        /// Both sides signed the same final terms.
        TermsSigned,
        /// A directory holds the final terms.
        TermsReported,
        /// The final terms stand in a directory's log under a head that it signed: it cannot take them out unseen.
        TermsInLog,
    }
}

codes! {
    /// What it cannot prove.
    Gap {
        /// That the holders of the keys are the firms they name.
        Names,
        /// That nothing was said after the last document of each chain.
        LaterDocuments,
        /// That the signers' clocks were right.
        Clocks,
        /// When documents arrived for which no receipt is there: only their senders state it.
        UnreceiptedTimes,
        /// That a directory whose stamp counts told the true time, or that the bid was handed over then.
        StampTimes,
        /// Whom else the buyer asked for a last bid.
        OthersAdmitted,
        /// That documents marked as refused were refused by the other side.
        Refusals,
        /// That the key behind a report's receipt belongs to a directory.
        DirectoryKeys,
        /// That the directory shows everybody the log that the head is of.
        LogHistory,
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Check {
    /// Which.
    pub check: CheckName,
    /// Whether it passed.
    pub ok: bool,
    /// How much was checked, or what is wrong first, in English.
    pub detail: String,
}

/// Where one dialogue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SellerState {
    /// The seller.
    pub seller: PeerId,
    /// The state that follows from the documents.
    pub state: DialogueState,
}

/// The result of checking a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Verdict {
    /// Whether every check passed.
    pub ok: bool,
    /// The checks that were made.
    pub checks: Vec<Check>,
    /// What the bundle proves; nothing unless every check passed.
    pub proves: Vec<Proof>,
    /// What it cannot prove.
    pub cannot_prove: Vec<Gap>,
    /// Where each dialogue ended.
    pub states: Vec<SellerState>,
}

impl Verdict {
    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = CheckName> {
        self.checks
            .iter()
            .filter(|check| !check.ok)
            .map(|check| check.check)
    }
}

/// Collects findings on the way.
#[derive(Debug, Default)]
pub(super) struct Findings {
    checks: Vec<Check>,
    proves: Vec<Proof>,
    gaps: Vec<Gap>,
    states: Vec<SellerState>,
}

impl Findings {
    /// A check was made and passed so far.
    pub(super) fn pass(&mut self, check: CheckName, detail: impl Into<String>) {
        if !self.checks.iter().any(|made| made.check == check) {
            self.checks.push(Check {
                check,
                ok: true,
                detail: detail.into(),
            });
        }
    }

    /// A check failed. The first failure is the one that is told.
    pub(super) fn fail(&mut self, check: CheckName, detail: impl Into<String>) {
        match self.checks.iter_mut().find(|made| made.check == check) {
            Some(made) if !made.ok => {}
            Some(made) => (made.ok, made.detail) = (false, detail.into()),
            None => self.checks.push(Check {
                check,
                ok: false,
                detail: detail.into(),
            }),
        }
    }

    pub(super) fn prove(&mut self, proof: Proof) {
        self.proves.push(proof);
    }

    pub(super) fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    pub(super) fn state(&mut self, seller: PeerId, state: DialogueState) {
        self.states.push(SellerState { seller, state });
    }

    pub(super) fn verdict(mut self) -> Verdict {
        self.checks.sort_by_key(|check| check.check);
        let ok = self.checks.iter().all(|check| check.ok);
        let mut proves = if ok { self.proves } else { vec![] };
        proves.sort();
        proves.dedup();
        self.gaps
            .extend([Gap::Names, Gap::LaterDocuments, Gap::Clocks]);
        self.gaps.sort();
        self.gaps.dedup();
        Verdict {
            ok,
            checks: self.checks,
            proves,
            cannot_prove: self.gaps,
            states: self.states,
        }
    }
}
