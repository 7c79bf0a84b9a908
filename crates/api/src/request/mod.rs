//! The one list of requests.
//!
//! A request is `{"method":"rfp.send","params":{…}}`; `params` may be absent where nothing is needed.

mod amend;
mod attach;
mod bargain;
mod bid;
mod call;
mod contacts;
mod deal;
mod directory;
pub(crate) mod draft;
mod drafts;
mod find;
mod gateway;
mod inbox;
mod json;
mod order;
mod own;
mod prices;
mod profile;
mod ranking;
mod restored;
mod rfp;
mod round;
mod rows;
mod sellers;
mod talk;
mod terms;

pub use amend::{
    AmendmentAccept, AmendmentRefuse, ChangedLine, OrderCancelSend, OrderChangeSend, OrderRelease,
};
pub use attach::{AttachmentFetch, AttachmentList, AttachmentRemove, AttachmentStop};
pub use bargain::{
    AnswerSend, CounterAccept, CounterRefuse, CounterSend, ExtendAsk, ExtendDeny, ExtendGive,
    HoldSend, QuestionList, QuestionSend, RfpRevise,
};
pub use bid::{BidAdmitLate, BidAssess, BidList, BidSend, BidShow, BidWithdraw};
pub use call::{
    CallAccept, CallCardAgree, CallCardSet, CallDecline, CallFinish, CallSettingsGet,
    CallSettingsSet, CallShow, CallStart, IceServer,
};
pub use contacts::{
    CardShow, ContactsAdd, ContactsBlock, ContactsGroups, ContactsList, ContactsRemove, ContactsSet,
};
pub use deal::{
    DealCount, DealHistory, DealList, DealOpen, DealShow, DealTranscript, DeliveryList,
};
pub use directory::{ClockConfirm, DirectorySet, DirectoryStatus, NetworkChanged, NetworkStatus};
pub use draft::{BidDraft, CommitmentDraft, LineDraft, TaxDraft};
pub use drafts::{
    DraftList, DraftRemove, DraftSave, DraftShow, TemplateList, TemplateRemove, TemplateSave,
    TemplateShow,
};
pub use gateway::{GatewaySet, GatewayShow};
pub use inbox::{AlarmsGet, InboxAcknowledge, InboxList, InboxSnooze};
pub use order::{LineAnswer, OrderAnswer, OrderPlace, OrderRespond};
pub use own::{MethodView, MethodsList};
pub use prices::PricesShow;
pub use profile::{ListingShow, ProfileGet, ProfileView};
pub use ranking::RankingShow;
pub use restored::{RestoredGoOn, RestoredShow};
pub use rfp::{Reach, RfpCancel, RfpCompare, RfpList, RfpSend, RfpSent, RfpShow, RfpWarning};
pub use round::RoundBestAndFinal;
pub use sellers::{SellersMatch, SellersMatched, Widen};
pub use talk::{ChatSend, DeclineSend, IntentSend, NotChosenSend};
pub use terms::{TermsShow, TermsSign};

use json::{json, read, unknown};
use rows::rows;

use opener_peer::{Handle, Profile, alarm::Alarms};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    ApiError,
    transcript::Bundle,
    view::{
        AttachmentView, BidRow, BidView, CallSettings, CallShown, CallView, CardView, ContactAdded,
        ContactView, DealRow, DealTotals, DealView, DeliveryView, DirectoryView, Done, DraftRow,
        DraftView, GatewayView, GroupView, HistoryView, ListingView, NetworkView, NoticeView,
        PricesView, QuestionsView, RankingView, RestoredView, RfpChanges, RfpView, Signed,
        SignedEach, TermsView,
    },
};

/// Bytes of one request as JSON. The largest RFP takes 5.9 MB, and the ids of the most sellers it may go to another
/// 0.3 MB; a text full of characters that JSON escapes can be larger and must be shortened.
pub const MAX_REQUEST_BYTES: usize = 8 * 1024 * 1024;

/// Parameters that ask for something.
pub trait Ask: Serialize + DeserializeOwned + TS + Send + 'static {
    /// What comes back.
    type Answer: Serialize + DeserializeOwned + TS + Send + 'static;

    /// The method's name.
    const METHOD: &'static str;

    /// Asks the peer.
    ///
    /// # Errors
    /// As [`ApiError`] says; nothing has changed.
    fn ask(self, handle: &Handle) -> impl Future<Output = Result<Self::Answer, ApiError>> + Send;
}

/// One method, as a list shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
}

/// Looks at every method with the types of its parameters and its answer.
pub(crate) trait MethodVisitor {
    fn visit<A: Ask>(&mut self, method: Method);
}

macro_rules! methods {
    ($(#[doc = $about:literal] $variant:ident = $name:literal: $params:ty => $answer:ty, $room:ident::$function:ident;)*) => {
        /// What may be asked of a peer.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(tag = "method", content = "params")]
        pub enum Request {
            $(#[doc = $about] #[serde(rename = $name)] $variant(Box<$params>),)*
        }

        /// Every method, by name and what it does.
        pub const METHODS: &[Method] = &[$(Method { name: $name, about: $about.trim_ascii() }),*];

        impl Request {
            /// The method's name.
            pub const fn method(&self) -> &'static str {
                match self { $(Request::$variant(_) => $name,)* }
            }

            /// Reads a request from its method and parameters; no parameters are an empty object.
            ///
            /// # Errors
            /// There is no such method, or a parameter is missing, unknown or of the wrong form.
            pub fn new(method: &str, params: Value) -> Result<Self, ApiError> {
                match method {
                    $($name => Ok(Request::$variant(Box::new(read(params)?))),)*
                    _ => Err(unknown(method)),
                }
            }
        }

        $(impl Ask for $params {
            type Answer = $answer;
            const METHOD: &'static str = $name;

            async fn ask(self, handle: &Handle) -> Result<$answer, ApiError> {
                $room::$function(handle, self).await
            }
        }

        impl From<$params> for Request {
            fn from(params: $params) -> Self {
                Request::$variant(Box::new(params))
            }
        })*

        /// Carries a request out and gives the answer as JSON.
        ///
        /// # Errors
        /// As [`ApiError`] says; nothing has changed.
        pub async fn call(handle: &Handle, request: Request) -> Result<Value, ApiError> {
            match request { $(Request::$variant(params) => json(&Box::pin(params.ask(handle)).await?),)* }
        }

        pub(crate) fn visit_methods(visitor: &mut impl MethodVisitor) {
            $(visitor.visit::<$params>(Method { name: $name, about: $about.trim_ascii() });)*
        }
    };
}

methods! {
    /// Who I am: peer id, and the profile once it is filled in.
    ProfileGet = "profile.get": ProfileGet => ProfileView, profile::get;
    /// Writes the profile and registers a new listing.
    ProfileSet = "profile.set": Profile => ProfileView, profile::set;
    /// My listing, as signed for the directories.
    ListingShow = "listing.show": ListingShow => ListingView, profile::listing;
    /// Searches sellers by goods and place; when there are none, says what to widen.
    SellersMatch = "sellers.match": SellersMatch => SellersMatched, sellers::find;
    /// What comparable goods cost: median and quartiles by month, from reported deals, as each directory knows it.
    PricesShow = "prices.show": PricesShow => Vec<PricesView>, prices::show;
    /// Signs a request for proposal and sends it to the sellers that match, or to those named.
    RfpSend = "rfp.send": RfpSend => RfpSent, rfp::send;
    /// The requests I have sent, those that need me first.
    RfpList = "rfp.list": RfpList => Vec<DealRow>, rfp::list;
    /// A request with everything in it.
    RfpShow = "rfp.show": RfpShow => RfpView, rfp::show;
    /// Revises a request: standing bids need confirmation, by a bid for the revision.
    RfpRevise = "rfp.revise": RfpRevise => Signed, bargain::revise;
    /// What a revision of a request has changed: both contents, and the fields that differ.
    RfpCompare = "rfp.changes": RfpCompare => RfpChanges, rfp::changes;
    /// Calls a request off.
    RfpCancel = "rfp.cancel": RfpCancel => Signed, rfp::cancel;
    /// What needs a person, newest first.
    InboxList = "inbox.list": InboxList => Vec<NoticeView>, inbox::list;
    /// Puts a notice off; it rings anew then.
    InboxSnooze = "inbox.snooze": InboxSnooze => Done, inbox::snooze;
    /// How loud each kind of notice is, quiet hours, and what is too far or too small to ring.
    AlarmsGet = "alarms.get": AlarmsGet => Alarms, inbox::alarms;
    /// Sets that, for every screen of this peer.
    AlarmsSet = "alarms.set": Alarms => Alarms, inbox::set_alarms;
    /// A person has seen a notice, or all of a deal.
    InboxAcknowledge = "inbox.acknowledge": InboxAcknowledge => Done, inbox::acknowledge;
    /// Seller: I mean to bid.
    IntentSend = "intent.send": IntentSend => Signed, talk::intent;
    /// Seller: I will not bid.
    DeclineSend = "decline.send": DeclineSend => Signed, talk::decline;
    /// Seller: bids, or revises the bid; sums are computed where they are left out.
    BidSend = "bid.send": BidSend => Signed, bid::send;
    /// The bids of a deal.
    BidList = "bid.list": BidList => Vec<BidRow>, bid::list;
    /// A bid with everything in it.
    BidShow = "bid.show": BidShow => BidView, bid::show;
    /// Seller: takes the standing bid back.
    BidWithdraw = "bid.withdraw": BidWithdraw => Signed, bid::withdraw;
    /// Buyer: records a value for a criterion, or a finding that excludes the bid.
    BidAssess = "bid.assess": BidAssess => Done, bid::assess;
    /// Buyer: admits a late bid, on the record.
    BidAdmitLate = "bid.admit_late": BidAdmitLate => Done, bid::admit_late;
    /// Buyer: the bids in order, with the arithmetic, and those that are listed apart.
    RankingShow = "ranking.show": RankingShow => RankingView, ranking::show;
    /// Seller: asks the buyer, privately.
    QuestionSend = "question.send": QuestionSend => Signed, bargain::question;
    /// What was asked and answered about a request.
    QuestionList = "question.list": QuestionList => QuestionsView, bargain::questions;
    /// Buyer: answers a question to every invited seller, the asker unnamed.
    AnswerSend = "answer.send": AnswerSend => Signed, bargain::answer;
    /// Makes a counter-offer: changes of terms on the offer that stands. The buyer makes the first.
    CounterSend = "counter.send": CounterSend => Signed, bargain::counter;
    /// Accepts the other side's counter-offer: it becomes the offer that stands.
    CounterAccept = "counter.accept": CounterAccept => Signed, bargain::accept;
    /// Refuses a counter-offer, or takes one's own back; the offer before it stands.
    CounterRefuse = "counter.refuse": CounterRefuse => Signed, bargain::refuse;
    /// Buyer: asks for more time on an offer.
    ExtendAsk = "extension.ask": ExtendAsk => Signed, bargain::ask_extension;
    /// Seller: gives more time on the offer; never less.
    ExtendGive = "extension.grant": ExtendGive => Signed, bargain::grant_extension;
    /// Seller: gives no more time.
    ExtendDeny = "extension.refuse": ExtendDeny => Signed, bargain::refuse_extension;
    /// Promises to deal with nobody else for this until then.
    HoldSend = "hold.send": HoldSend => Signed, bargain::hold;
    /// Buyer: asks the sellers it admits for their last bids, after the deadline, once; no counter-offer follows.
    RoundBestAndFinal = "round.best_and_final": RoundBestAndFinal => SignedEach, round::best_and_final;
    /// Buyer: orders on a standing bid.
    OrderPlace = "order.place": OrderPlace => Signed, order::place;
    /// Seller: answers an order. Buyer: answers a changed answer.
    OrderRespond = "order.respond": OrderRespond => Signed, order::respond;
    /// Proposes to change a concluded order; it holds when the other side agrees in time.
    OrderChangeSend = "order.change": OrderChangeSend => Signed, amend::change;
    /// Proposes to cancel a concluded order; it ends when the other side agrees in time.
    OrderCancelSend = "order.cancel": OrderCancelSend => Signed, amend::cancel;
    /// Agrees to the other side's change or cancellation, as it stands.
    AmendmentAccept = "amendment.accept": AmendmentAccept => Signed, amend::accept;
    /// Refuses a change or cancellation, or takes one's own back; the order stays as it is.
    AmendmentRefuse = "amendment.refuse": AmendmentRefuse => Signed, amend::refuse;
    /// Seller: lets an accepted order go of which the buyer has said nothing, after the time printed in it.
    OrderRelease = "order.release": OrderRelease => Signed, amend::release;
    /// Signs the final terms of a concluded deal.
    TermsSign = "terms.sign": TermsSign => Signed, terms::sign;
    /// The final terms, and who has signed them.
    TermsShow = "terms.show": TermsShow => TermsView, terms::show;
    /// Buyer: tells a seller that the award went elsewhere.
    NotChosenSend = "not_chosen.send": NotChosenSend => Signed, talk::not_chosen;
    /// Sends text in a deal.
    ChatSend = "chat.send": ChatSend => Signed, talk::chat;
    /// Calls the other side of a deal, to see and hear each other; answered when it rings there or is on its way.
    CallStart = "call.start": CallStart => CallView, call::start;
    /// Takes the call that rings here.
    CallAccept = "call.accept": CallAccept => CallView, call::accept;
    /// Does not take it.
    CallDecline = "call.decline": CallDecline => Done, call::decline;
    /// Hangs up, or gives up before it is taken.
    CallFinish = "call.finish": CallFinish => Done, call::finish;
    /// The call that runs, or the last one that ended in this run of the program.
    CallShow = "call.show": CallShow => CallShown, call::show;
    /// Writes the terms card of a call anew; what was agreed to before counts no more.
    CallCardSet = "call.card.set": CallCardSet => CallView, call::set_card;
    /// Agrees to exactly this terms card; once both have, it is signed as a counter-offer and accepted.
    CallCardAgree = "call.card.agree": CallCardAgree => CallView, call::agree;
    /// The servers that calls use, and whether they hide where we are until they are taken.
    CallSettingsGet = "call.settings.get": CallSettingsGet => CallSettings, call::settings;
    /// Sets that, for the next call.
    CallSettingsSet = "call.settings.set": CallSettingsSet => CallSettings, call::set_settings;
    /// The files that the documents of a deal name, and how far each is.
    AttachmentList = "attachment.list": AttachmentList => Vec<AttachmentView>, attach::list;
    /// Fetches a file from whoever signed a document that names it; it comes in its own time.
    AttachmentFetch = "attachment.fetch": AttachmentFetch => Done, attach::fetch;
    /// Does not fetch a file any more; what has come of it is thrown away.
    AttachmentStop = "attachment.stop": AttachmentStop => Done, attach::stop;
    /// Removes a file from this computer; others can fetch it from here no more.
    AttachmentRemove = "attachment.remove": AttachmentRemove => Done, attach::remove;
    /// The deals, those that need me first.
    DealList = "deal.list": DealList => Vec<DealRow>, deal::list;
    /// How many deals there are of each sort, and notices that nobody has acknowledged.
    DealCount = "deal.count": DealCount => DealTotals, deal::totals;
    /// A deal with its dialogues, bids and orders.
    DealShow = "deal.show": DealShow => DealView, deal::show;
    /// A person has opened a deal: senders learn that their documents were read.
    DealOpen = "deal.open": DealOpen => Done, deal::open;
    /// The documents of a deal in order, with their texts.
    DealHistory = "deal.history": DealHistory => Vec<HistoryView>, deal::history;
    /// The deal as a bundle that proves itself without us.
    DealTranscript = "deal.transcript": DealTranscript => Bundle, deal::transcript;
    /// How far every document of a deal has come.
    DeliveryList = "delivery.list": DeliveryList => Vec<DeliveryView>, deal::deliveries;
    /// My contact card; or somebody's, read without adding it.
    CardShow = "card.show": CardShow => CardView, contacts::card;
    /// Takes a peer into the contact book, by card or by id and address.
    ContactsAdd = "contacts.add": ContactsAdd => ContactAdded, contacts::add;
    /// Gives a contact a name of one's own and groups.
    ContactsSet = "contacts.set": ContactsSet => ContactView, contacts::set;
    /// Takes a peer out of the contact book.
    ContactsRemove = "contacts.remove": ContactsRemove => Done, contacts::remove;
    /// The groups of contacts, by name.
    ContactsGroups = "contacts.groups": ContactsGroups => Vec<GroupView>, contacts::groups;
    /// Known peers.
    ContactsList = "contacts.list": ContactsList => Vec<ContactView>, contacts::list;
    /// Blocks a peer, or lets it in again.
    ContactsBlock = "contacts.block": ContactsBlock => Done, contacts::block;
    /// Keeps a draft of a request or bid, for every screen of this peer.
    DraftSave = "draft.save": DraftSave => DraftRow, drafts::save;
    /// The drafts, the newest first.
    DraftList = "draft.list": DraftList => Vec<DraftRow>, drafts::list_drafts;
    /// A draft with its form.
    DraftShow = "draft.show": DraftShow => DraftView, drafts::show_draft;
    /// Throws a draft away.
    DraftRemove = "draft.remove": DraftRemove => Done, drafts::remove_draft;
    /// Keeps a form that others begin from.
    TemplateSave = "template.save": TemplateSave => DraftRow, drafts::save;
    /// The templates, the newest first.
    TemplateList = "template.list": TemplateList => Vec<DraftRow>, drafts::list_templates;
    /// A template with its form.
    TemplateShow = "template.show": TemplateShow => DraftView, drafts::show_template;
    /// Throws a template away.
    TemplateRemove = "template.remove": TemplateRemove => Done, drafts::remove_template;
    /// The door for phones in the same network: whether it is open, and the links for its QR code.
    GatewayShow = "gateway.show": GatewayShow => GatewayView, gateway::show;
    /// Opens or closes that door, or takes its token back.
    GatewaySet = "gateway.set": GatewaySet => GatewayView, gateway::set;
    /// The directories, as this peer sees them.
    DirectoryStatus = "directory.status": DirectoryStatus => Vec<DirectoryView>, directory::status;
    /// Uses these directories from now on.
    DirectorySet = "directory.set": DirectorySet => Vec<DirectoryView>, directory::set;
    /// The peer as a whole: addresses, connections, deliveries, clocks.
    NetworkStatus = "network.status": NetworkStatus => NetworkView, directory::network;
    /// This computer's network has changed: addresses are told anew, and the path of a running call is renewed.
    NetworkChanged = "network.changed": NetworkChanged => Done, directory::changed;
    /// A person says that this computer's clock is right although others differ.
    ClockConfirm = "clock.confirm": ClockConfirm => Done, directory::confirm_clock;
    /// Whether this peer was restored from a backup and waits for its owner's word.
    RestoredShow = "restored.show": RestoredShow => RestoredView, restored::show;
    /// The old peer is off for good: this one, restored from its backup, goes on.
    RestoredGoOn = "restored.go_on": RestoredGoOn => Done, restored::go_on;
    /// Every method, by name and what it does.
    MethodsList = "methods.list": MethodsList => Vec<MethodView>, own::list;
}

#[cfg(test)]
mod tests;
