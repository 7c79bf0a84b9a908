//! `best-and-final`: the last round of bids, for the sellers that the buyer admits.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body,
    kind::Kind,
    note::{CheckNote, Remark, note},
};
use crate::{DocumentId, Invalid, Timestamp};

note! {
    /// `best-and-final`: the buyer asks one admitted seller for its last bid. Each of them gets its own document, so that
    /// nobody learns who else is admitted.
    BestAndFinal, BestAndFinal, false {
        /// The revision of the request that the bid answers.
        0 rfp: DocumentId,
        /// The offer that stands, and counts if no other bid comes.
        1 offer: DocumentId,
        /// The last bid is taken until here.
        2 deadline: Timestamp,
        /// The buyer chooses until here.
        3 award_by: Timestamp,
        /// In words.
        4 remark: Remark,
    }
}

impl CheckNote for BestAndFinal {
    fn check_note(&self) -> Result<(), Invalid> {
        if self.award_by < self.deadline {
            Err(Invalid::new("award_by", "must not be before deadline"))
        } else {
            Ok(())
        }
    }
}
