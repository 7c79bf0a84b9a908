//! `counter`, `counter-accept`, `counter-refuse`: a change of terms on exactly one offer, and the two answers to it.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body,
    change::{Change, check_changes},
    kind::Kind,
    note::{CheckNote, Remark, note},
    shared::Commitment,
};
use crate::{
    DocumentId, Invalid, List, Timestamp,
    limits::{CHANGES, MAX_ROUNDS},
};

/// A counter-offer, by either side. Accepted, it makes a new offer; otherwise the offer that it changes stands.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// The offer that it changes: the bid, or the counter-offer that was accepted last.
    #[n(0)]
    pub offer: DocumentId,
    /// The round, from 1; each counter-offer of a dialogue, whoever sends it, is one round.
    #[n(1)]
    pub round: u8,
    /// The changes; everything else stays as in the offer.
    #[n(2)]
    pub changes: List<Change, CHANGES>,
    /// It can be accepted until here; then the offer stands as it was.
    #[n(3)]
    pub valid_until: Timestamp,
    /// How firmly it binds its sender until then: revocable, or firm.
    #[n(4)]
    pub commitment: Commitment,
    /// In words. They change no terms.
    #[n(5)]
    #[serde(default)]
    pub remark: Remark,
}

impl Body for Counter {
    const KIND: Kind = Kind::Counter;

    fn check(&self) -> Result<(), Invalid> {
        if !(1..=MAX_ROUNDS).contains(&self.round) {
            return Err(Invalid::new(
                "round",
                format!("counts from 1 to at most {MAX_ROUNDS}"),
            ));
        }
        check_changes(&self.changes)?;
        match self.commitment {
            Commitment::Indicative => Err(Invalid::new(
                "commitment",
                "must be revocable or firm: accepting a counter-offer makes it the offer",
            )),
            Commitment::Firm { until } if until > self.valid_until => Err(Invalid::new(
                "commitment.until",
                "must not be after valid_until",
            )),
            Commitment::Revocable | Commitment::Firm { .. } => Ok(()),
        }
    }
}

note! {
    /// `counter-accept`: the offer stands with the changes.
    CounterAccept, CounterAccept, false {
        /// The counter-offer.
        0 counter: DocumentId,
    }
}

note! {
    /// `counter-refuse`: the offer stands as it was. By the counter-offer's own sender it takes it back.
    CounterRefuse, CounterRefuse, false {
        /// The counter-offer.
        0 counter: DocumentId,
        /// Why.
        1 reason: Remark,
    }
}

impl CheckNote for CounterAccept {}
impl CheckNote for CounterRefuse {}
