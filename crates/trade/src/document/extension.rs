//! `extend-request`, `extend-grant`, `extend-refuse` and `hold`: more time, and the promise to deal with nobody else.

use crate::switch::{Countermeasure, holds};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Bid, Body,
    kind::Kind,
    note::{CheckNote, Remark, note},
    shared::Commitment,
};
use crate::{DocumentId, Invalid, Reason, Timestamp};

note! {
    /// `extend-request`: the buyer asks for more time on an offer.
    ExtendRequest, ExtendRequest, false {
        /// The offer.
        0 offer: DocumentId,
        /// It should be valid until here.
        1 until: Timestamp,
        /// Why.
        2 remark: Remark,
    }
}

note! {
    /// `extend-grant`: the seller gives more time, asked or not.
    ExtendGrant, ExtendGrant, false {
        /// The offer.
        0 offer: DocumentId,
        /// It can be ordered until here.
        1 until: Timestamp,
        /// It is firm until here; absent leaves the commitment as it is.
        2 firm_until: Option<Timestamp>,
    }
}

note! {
    /// `extend-refuse`: the offer ends when it said it would.
    ExtendRefuse, ExtendRefuse, false {
        /// The offer.
        0 offer: DocumentId,
        /// Why.
        1 remark: Remark,
    }
}

note! {
    /// `hold`: a negative commitment of either side: its sender deals with nobody else for this until then.
    Hold, Hold, false {
        /// The moment until which it binds.
        0 until: Timestamp,
        /// In words.
        1 remark: Remark,
    }
}

impl CheckNote for ExtendRequest {}
impl CheckNote for ExtendRefuse {}
impl CheckNote for Hold {}

impl CheckNote for ExtendGrant {
    fn check_note(&self) -> Result<(), Invalid> {
        if self.firm_until.is_some_and(|firm| firm > self.until) {
            Err(Invalid::new("firm_until", "must not be after until"))
        } else {
            Ok(())
        }
    }
}

impl Bid {
    /// The bid with the time that its seller grants. Nothing gets shorter, and something gets longer.
    ///
    /// # Errors
    /// The validity would be shortened or nothing changed (`not-allowed`), a firm commitment would be shortened
    /// (`firm-commitment`), or the grant breaks its own rules.
    pub fn with_grant(&self, grant: &ExtendGrant) -> Result<Bid, Invalid> {
        grant.check()?;
        let commitment = match grant.firm_until {
            None => self.commitment,
            Some(until) => Commitment::Firm { until },
        };
        if grant.until < self.valid_until && holds(Countermeasure::ExtensionShortens) {
            return Err(Invalid::because(
                Reason::NotAllowed,
                "until",
                "an extension shortens nothing",
            ));
        }
        if let (Commitment::Firm { until: old }, Commitment::Firm { until: new }) =
            (self.commitment, commitment)
            && new < old
            && holds(Countermeasure::ExtensionShortens)
        {
            return Err(Invalid::because(
                Reason::FirmCommitment,
                "firm_until",
                "a firm commitment is never shortened",
            ));
        }
        if grant.until == self.valid_until && commitment == self.commitment {
            return Err(Invalid::because(
                Reason::NotAllowed,
                "until",
                "extends nothing",
            ));
        }
        Ok(Bid {
            valid_until: grant.until,
            commitment,
            ..self.clone()
        })
    }
}
