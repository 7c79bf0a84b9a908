//! The short documents of a deal: intent, decline, withdrawal, cancellation, lapse, not-chosen, chat.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body,
    kind::Kind,
    shared::{Attachments, word_enum},
};
use crate::{
    DocumentId, Invalid, PeerText, Timestamp,
    limits::{CHAT_BYTES, REMARK_BYTES},
};

/// A reason or remark in words.
pub(super) type Remark = PeerText<REMARK_BYTES>;

macro_rules! note {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $broadcast:literal { $($(#[$fdoc:meta])* $n:literal $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
        #[cbor(map)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* #[n($n)] pub $field: $type,)*
        }

        impl Body for $name {
            const KIND: Kind = Kind::$kind;
            const BROADCAST: bool = $broadcast;

            fn check(&self) -> Result<(), Invalid> {
                self.check_note()
            }
        }
    };
}

pub(super) use note;

/// What the short documents check; most of them nothing.
pub(super) trait CheckNote {
    fn check_note(&self) -> Result<(), Invalid> {
        Ok(())
    }
}

note! {
    /// `rfp-cancel`: the buyer calls the request off. Open dialogues end.
    RfpCancel, RfpCancel, true {
        /// The revision that stood.
        0 rfp: DocumentId,
        /// Why.
        1 reason: Remark,
    }
}

note! {
    /// `intent`: I mean to bid.
    Intent, Intent, false {
        /// The RFP.
        0 rfp: DocumentId,
    }
}

word_enum! {
    /// Why a seller does not bid.
    DeclineReason {
        /// Does not sell this.
        NotMyGoods = 0,
        /// Has none, or not enough.
        NoStock = 1,
        /// Does not deliver there.
        TooFar = 2,
        /// Cannot make the date.
        TooSoon = 3,
        /// Too small to be worth it.
        TooSmall = 4,
        /// Does not accept the terms.
        Terms = 5,
        /// Another reason, in words.
        Other = 6,
    }
}

note! {
    /// `decline`: I will not bid.
    Decline, Decline, false {
        /// The RFP.
        0 rfp: DocumentId,
        /// Why, by kind.
        1 reason: DeclineReason,
        /// Why, in words.
        2 remark: Remark,
    }
}

note! {
    /// `bid-withdraw`: the seller takes a bid back.
    BidWithdraw, BidWithdraw, false {
        /// The bid.
        0 bid: DocumentId,
        /// Why.
        1 reason: Remark,
    }
}

note! {
    /// `lapse`: the buyer's one decision that an order ended unanswered.
    Lapse, Lapse, false {
        /// The order.
        0 order: DocumentId,
        /// When the buyer decided, by its own clock.
        1 decided_at: Timestamp,
    }
}

note! {
    /// `not-chosen`: the award went elsewhere.
    NotChosen, NotChosen, false {
        /// The RFP.
        0 rfp: DocumentId,
        /// Why, if the buyer says.
        1 reason: Remark,
        /// The bid's rank, if the buyer says; 1 is best.
        2 rank: Option<u16>,
    }
}

note! {
    /// `chat`: text in the deal, and files. It binds nobody.
    Chat, Chat, false {
        /// The text.
        0 text: PeerText<CHAT_BYTES>,
        /// Files.
        #[serde(default)]
        1 attachments: Attachments,
    }
}

impl Chat {
    /// Text alone.
    pub fn of(text: PeerText<CHAT_BYTES>) -> Self {
        Self {
            text,
            attachments: Attachments::default(),
        }
    }
}

impl CheckNote for RfpCancel {}
impl CheckNote for Intent {}
impl CheckNote for BidWithdraw {}
impl CheckNote for Lapse {}

impl CheckNote for Decline {
    fn check_note(&self) -> Result<(), Invalid> {
        if self.reason == DeclineReason::Other && self.remark.is_blank() {
            return Err(Invalid::new("remark", "says why when the reason is other"));
        }
        Ok(())
    }
}

impl CheckNote for NotChosen {
    fn check_note(&self) -> Result<(), Invalid> {
        if self.rank == Some(0) {
            Err(Invalid::new("rank", "counts from 1"))
        } else {
            Ok(())
        }
    }
}

impl CheckNote for Chat {
    fn check_note(&self) -> Result<(), Invalid> {
        if self.text.is_blank() && self.attachments.is_empty() {
            Err(Invalid::new(
                "text",
                "must not be blank without attachments",
            ))
        } else {
            Ok(())
        }
    }
}
