//! What a dialogue asks its peer to do. In this order: persist, send, notify.

use std::sync::Arc;

use opener_trade::{DocumentId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::command::Command;
use crate::Entry;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Append this to the dialogue's journal, in the transaction that stores the document.
    Persist(Entry),
    /// Deliver this document of ours to the other side.
    Send(DocumentId),
    /// Sign this and step again with it, in the same transaction.
    Author(Command),
    /// Hand the terms, signed by both, to the directories.
    Report {
        /// The `terms` signed by the buyer.
        by_buyer: Arc<[u8]>,
        /// The same bytes signed by the seller.
        by_seller: Arc<[u8]>,
    },
    /// Hand this document to the call it belongs to: the other side's, or one of ours that the other side refused.
    Signal(DocumentId),
    /// Step again with [`super::Input::Tick`] at this moment.
    WakeAt(Timestamp),
    /// Tell the person, once.
    Notify(Notice),
}

/// Something that a person should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// The document that brought it.
    pub document: Option<DocumentId>,
}

/// What happened in a dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A request has arrived.
    RequestArrived,
    /// The buyer called the request off.
    RequestCancelled,
    /// The buyer revised the request: a bid on the revision before must be confirmed.
    RequestRevised,
    /// A seller asks something.
    QuestionArrived,
    /// The buyer has answered a question to everybody.
    AnswerArrived,
    /// A counter-offer has arrived and waits for an answer.
    CounterArrived,
    /// Our counter-offer is accepted: it is the offer that stands.
    CounterAccepted,
    /// Our counter-offer is refused: the offer stands as it was.
    CounterRefused,
    /// The other side has taken its counter-offer back.
    CounterWithdrawn,
    /// A counter-offer was not answered in time: the offer stands as it was.
    CounterExpired,
    /// Two counter-offers have crossed: both have lapsed, and the offer stands as it was.
    CountersCrossed,
    /// The buyer asks for more time on our offer.
    ExtensionAsked,
    /// The seller gives more time on its offer.
    ExtensionGranted,
    /// The seller gives no more time.
    ExtensionRefused,
    /// The other side promises to deal with nobody else for this.
    HoldArrived,
    /// The buyer asks for the last bid: the best and final offer.
    LastBidAsked,
    /// A seller means to bid.
    IntentArrived,
    /// A seller will not bid.
    SellerDeclined,
    /// A bid has arrived.
    BidArrived,
    /// A bid on the revised request has arrived from a seller who had bid before.
    BidReconfirmed,
    /// A bid was not confirmed for the revised request in time.
    BidNotReconfirmed,
    /// A bid has arrived after the deadline: it is kept, and not ranked unless admitted.
    LateBidArrived,
    /// A directory's stamp shows that a late bid was made in time: it stands.
    LateBidProved,
    /// Our bid arrived after the deadline.
    BidWasLate,
    /// The seller took its bid back.
    BidWithdrawn,
    /// The standing bid has expired.
    BidExpired,
    /// An order has arrived and waits for an answer.
    OrderArrived,
    /// An order has arrived and the program has accepted it, as the bid promised.
    OrderAutoAccepted,
    /// The order is accepted: the deal is concluded.
    DealConcluded,
    /// The order is refused.
    OrderRefused,
    /// The order is accepted with changes.
    OrderChanged,
    /// The changed order was not taken; the bid stands as before.
    ChangeRefused,
    /// The order ended unanswered.
    OrderLapsed,
    /// The other side proposes to change or to cancel the order.
    AmendmentProposed,
    /// The order is changed: both have signed it.
    OrderAmended,
    /// The order is cancelled: both have signed it.
    OrderCancelled,
    /// Our proposal is refused: the order stays as it is.
    AmendmentRefused,
    /// The other side has taken its proposal back.
    AmendmentWithdrawn,
    /// A proposal was not answered in time: the order stays as it is.
    AmendmentExpired,
    /// Both have proposed something at once: the buyer's stands, the seller answers it.
    AmendmentsCrossed,
    /// The buyer has not been heard since we accepted: we may release the order.
    ReleasePossible,
    /// The seller let the order go: there is no binding order any more.
    OrderReleased,
    /// The award went elsewhere.
    NotChosen,
    /// The final terms wait for our signature.
    TermsToSign,
    /// Both have signed the final terms.
    TermsSigned,
    /// The request could not be delivered before the deadline.
    Undelivered,
    /// A document of ours was refused by the other side.
    DocumentRefused,
    /// Text has arrived.
    ChatArrived,
    /// The other side calls.
    CallArrived,
    /// The other side has called, and nobody answered.
    CallMissed,
    /// A document of a newer version has arrived.
    UnknownArrived,
}
