//! What is shown: flat structs for screens and scripts. Ids and times are strings, money is amount and currency, states
//! are codes; the words for them belong to whoever shows them.

mod attachment;
mod bargain;
mod bid;
mod board;
mod call;
mod contact;
mod deal;
mod directory;
mod draft;
mod gateway;
mod history;
mod inbox;
mod order;
mod prices;
mod ranking;
mod report;
mod request;
mod restored;
mod round;
mod row;
mod said;
mod seller;
mod state;
mod terms;

pub use attachment::{AttachmentStage, AttachmentView};
pub use bargain::{AnswerView, BargainView, CounterView, QuestionView, QuestionsView, RfpChanges};
pub use bid::{BidRow, BidState, BidView, Finding};
pub use board::{DeliveryStage, DeliveryView, DeliveryWay};
pub use call::{
    CallCardOutcome, CallCardView, CallPhase, CallQuality, CallSettings, CallShown, CallView,
    IceServerView,
};
pub use contact::{CardView, ContactAdded, ContactView, GroupView};
pub use deal::{DealView, DialogueView};
pub use directory::{
    DeliveryTotals, DirectoryView, ForkView, LogHeadView, NetworkView, Reachability,
};
pub use draft::{DraftKind, DraftRow, DraftView};
pub use gateway::GatewayView;
pub use history::HistoryView;
pub use inbox::NoticeView;
pub use order::{AmendmentView, OrderView, Outcome, ResponseView};
pub use prices::{MonthView, PricesView};
pub use ranking::{ApartView, ProposalView, RankedView, RankingView, StepView};
pub use report::{ReportStage, ReportView};
pub use request::{AwardView, AwardedLine, RfpView};
pub use restored::RestoredView;
pub use round::{AdmittedView, LastRoundView, SignedEach};
pub use row::{DealRow, DealTotals, Named};
pub use said::SaidView;
pub use seller::{ListingView, SellerView};
pub use state::{DealState, DialogueState, RequestState, Turn, Who};
pub use terms::TermsView;

pub(crate) use bid::{bids, lot_key};
pub(crate) use deal::names;
pub(crate) use terms::computed as computed_terms;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Done; there is nothing to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Done {}

/// A document is signed, kept and on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Signed {
    /// Its id.
    pub document: opener_trade::DocumentId,
}
