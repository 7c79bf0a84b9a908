//! The face of a running peer.

use std::{fs::File, sync::Arc};

use opener_negotiation::dialogue::Command;
use opener_store::{
    Assessment, Blobs, BookEntry, Contact, ContactFilter, DealCounts, DealFilter, FormKind, Group,
    KeptForm, ListedDeal, Notice, NoticeId, Part, Shelf, Whole,
};
use opener_trade::{
    Address, CallId, DealId, DocumentId, PeerId, PeerText, Timestamp, Verified,
    directory::{PriceQuery, Query},
    document::{Answer as AnswerBody, Counter as CounterOffer, Listing, Rfp},
    limits::REMARK_BYTES,
};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::{
    Card, ContactEdit, Event, NewForm, Passphrase, PeerError, Phone, PhoneEdit, PhoneOpened,
    Profile,
    alarm::Alarms,
    backup::Restored,
    snapshot::{
        AttachedFile, DealSnapshot, Found, LastBids, OrderPart, PricesOf, Recipients, Record,
        SentRfp, Status,
    },
    telephone::{CallSettings, CallSnapshot, CallWish, Media},
};

/// Calls that wait for the peer at most. A screen makes a handful at a time; more than this waits at the caller.
pub(crate) const CALLS: usize = 64;
/// Events that a slow listener may fall behind; then it is told so and asks again.
pub(crate) const EVENTS: usize = 1024;

type Answer<T> = oneshot::Sender<Result<T, PeerError>>;

macro_rules! calls {
    ($($(#[$doc:meta])* $method:ident / $call:ident ($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        /// A call on its way to the peer's task.
        pub(crate) enum Call {
            $($call { $($arg: $type,)* answer: Answer<$answer> },)*
            Shutdown { answer: oneshot::Sender<()> },
        }

        impl Call {
            /// Answers with a refusal. A caller that has gone away needs no answer.
            pub(crate) fn refuse(self, error: PeerError) {
                match self {
                    $(Call::$call { answer, .. } => drop(answer.send(Err(error))),)*
                    Call::Shutdown { answer } => drop(answer.send(())),
                }
            }
        }

        impl Handle {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// As [`PeerError`] says; nothing has changed.
                pub async fn $method(&self, $($arg: $type),*) -> Result<$answer, PeerError> {
                    let (answer, received) = oneshot::channel();
                    let call = Call::$call { $($arg,)* answer };
                    self.calls.send(call).await.map_err(|_| PeerError::Stopped)?;
                    received.await.map_err(|_| PeerError::Stopped)?
                }
            )*
        }
    };
}

/// A running peer, to be asked and told. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) peer: PeerId,
    pub(crate) blobs: Arc<Blobs>,
    pub(crate) calls: mpsc::Sender<Call>,
    pub(crate) events: broadcast::Sender<Event>,
}

calls! {
    /// The peer as a whole: addresses, directories, deliveries, clocks.
    status / Status() -> Status;
    /// The profile, once it is filled in.
    profile / Profile() -> Option<Profile>;
    /// Writes the profile and registers a new listing.
    set_profile / SetProfile(profile: Profile) -> ();
    /// My listing, as signed for the directories.
    listing / Listing() -> Verified<Listing>;
    /// Searches sellers at every directory, and in earlier answers when none answers.
    find_sellers / FindSellers(query: Query) -> Found;
    /// Asks every directory what comparable goods cost.
    prices / Prices(query: PriceQuery) -> Vec<PricesOf>;
    /// Signs a request and sends it.
    send_rfp / SendRfp(rfp: Box<Rfp>, to: Recipients) -> SentRfp;
    /// Sends a revision of a request; standing bids need confirmation.
    revise_rfp / ReviseRfp(deal: DealId, rfp: Box<Rfp>) -> DocumentId;
    /// Answers a question to every invited seller, the asker unnamed.
    answer_everybody / AnswerEverybody(deal: DealId, body: AnswerBody, about: Option<DocumentId>) -> DocumentId;
    /// Which questions of a deal were answered by which answers, as far as that was said when they were given.
    answered_questions / AnsweredQuestions(deal: DealId) -> Vec<(DocumentId, DocumentId)>;
    /// Makes a counter-offer on the offer that stands: to this seller, or as a seller to the buyer.
    counter / Counter(deal: DealId, seller: Option<PeerId>, counter: Box<CounterOffer>) -> DocumentId;
    /// Calls a request off.
    cancel_rfp / CancelRfp(deal: DealId, reason: PeerText<REMARK_BYTES>) -> DocumentId;
    /// Says something in a dialogue: to this seller, or as a seller to the buyer.
    say / Say(deal: DealId, seller: Option<PeerId>, command: Command) -> DocumentId;
    /// Asks admitted sellers for their last bids.
    ask_last_bids / AskLastBids(deal: DealId, asked: LastBids) -> Vec<DocumentId>;
    /// Orders on a seller's standing bid.
    order / Order(deal: DealId, seller: PeerId, part: OrderPart) -> DocumentId;
    /// Signs the final terms of a concluded dialogue.
    sign_terms / SignTerms(deal: DealId, seller: Option<PeerId>) -> DocumentId;
    /// Records what the buyer found out about a bid.
    assess / Assess(deal: DealId, finding: Assessment) -> ();
    /// Admits a late bid, on the record.
    admit_late / AdmitLate(deal: DealId, bid: DocumentId) -> ();
    /// The deals, those that need me first.
    deals / Deals(filter: DealFilter, limit: usize, after: Option<DealId>) -> Vec<ListedDeal>;
    /// How many deals there are of each sort, and notices that nobody has acknowledged.
    deal_counts / DealCounts() -> (DealCounts, u32);
    /// One deal with everything that belongs to it.
    deal / Deal(deal: DealId) -> DealSnapshot;
    /// The documents of a deal in order, with one seller or with all.
    records / Records(deal: DealId, seller: Option<PeerId>) -> Vec<Record>;
    /// What needs a person, newest first.
    notices / Notices(unacknowledged: bool, limit: usize) -> Vec<Notice>;
    /// A person has seen a notice.
    acknowledge / Acknowledge(notice: NoticeId) -> ();
    /// Keeps a file of ours that came through [`Handle::import`], so that documents can name it.
    add_blob / AddBlob(whole: Whole) -> ();
    /// Removes a file from this computer.
    remove_blob / RemoveBlob(sha256: DocumentId) -> ();
    /// The size of a file that is here.
    blob / Blob(sha256: DocumentId) -> Option<u64>;
    /// The files that the documents of a deal name, and how far each is.
    attachments / Attachments(deal: DealId) -> Vec<AttachedFile>;
    /// A person wants a file that a document names.
    fetch / Fetch(document: DocumentId, sha256: DocumentId) -> ();
    /// A person does not want it any more.
    stop_fetch / StopFetch(document: DocumentId, sha256: DocumentId) -> ();
    /// A person has seen every notice about a deal.
    acknowledge_deal / AcknowledgeDeal(deal: DealId) -> ();
    /// Puts a notice off until then, when it rings anew; or takes that back.
    snooze / Snooze(notice: NoticeId, until: Option<Timestamp>) -> ();
    /// What is set about the door for phones.
    phone / Phone() -> Phone;
    /// Sets it.
    set_phone / SetPhone(edit: PhoneEdit) -> Phone;
    /// What became of the door; nothing until somebody tried to open it.
    phone_state / PhoneState() -> Option<PhoneOpened>;
    /// Whoever serves the door says what became of it.
    phone_opened / PhoneTold(opened: PhoneOpened) -> ();
    /// What is set about alarms.
    alarms / Alarms() -> Alarms;
    /// Sets how loud notices are from now on.
    set_alarms / SetAlarms(alarms: Alarms) -> ();
    /// A person has opened a deal: senders learn that their documents were read.
    open_deal / OpenDeal(deal: DealId) -> ();
    /// Known peers, by name.
    contacts / Contacts(limit: usize) -> Vec<Contact>;
    /// Contacts with their groups, by name; so many passed over.
    book / Book(filter: ContactFilter, limit: usize, offset: usize) -> Vec<BookEntry>;
    /// Takes somebody into the contact book; false if the card is older than what was known.
    add_contact / AddContact(card: Card, edit: ContactEdit) -> (BookEntry, bool);
    /// Writes about a contact.
    edit_contact / EditContact(peer: PeerId, edit: ContactEdit) -> BookEntry;
    /// Takes a peer out of the contact book.
    remove_contact / RemoveContact(peer: PeerId) -> ();
    /// The groups, by name.
    groups / Groups() -> Vec<Group>;
    /// Who is in a group and not blocked.
    members / Members(group: String) -> Vec<PeerId>;
    /// Keeps a draft or template.
    save_form / SaveForm(form: NewForm) -> KeptForm;
    /// Drafts or templates without their content, the newest first.
    forms / Forms(shelf: Shelf, kind: Option<FormKind>, deal: Option<DealId>) -> Vec<KeptForm>;
    /// A draft or template.
    form / Form(shelf: Shelf, id: i64) -> KeptForm;
    /// Throws a draft or template away.
    remove_form / RemoveForm(shelf: Shelf, id: i64) -> ();
    /// Blocks a peer, or lets it in again.
    block / Block(contact: PeerId, blocked: bool) -> ();
    /// Uses these directories from now on.
    set_directories / SetDirectories(directories: Vec<Address>) -> ();
    /// That this peer was restored from a backup and waits for its owner's word.
    held / Held() -> Option<Restored>;
    /// The owner says that the old peer is off for good: this one goes on.
    go_on / GoOn() -> ();
    /// A backup of everything, sealed with the passphrase: a file without a name, at its start.
    backup / Backup(passphrase: Passphrase) -> File;
    /// Calls the other side of a dialogue; answered once our offer is signed.
    start_call / Dial(wish: CallWish) -> CallSnapshot;
    /// Takes the call that rings here.
    accept_call / PickUp(call: CallId) -> CallSnapshot;
    /// Does not take it.
    decline_call / TurnDown(call: CallId) -> ();
    /// Ends the running call, or gives it up.
    finish_call / HangUp(call: CallId) -> ();
    /// The running call, or the last one in this run of the program.
    shown_call / ShowTalk() -> Option<CallSnapshot>;
    /// Writes on the terms card of the running call; the offer is set here, and the validity ends with the offer's.
    write_card / WriteCard(call: CallId, terms: Box<CounterOffer>) -> CallSnapshot;
    /// Agrees to the terms card as it was read.
    agree_to_card / AgreeToCard(call: CallId, version: u32) -> CallSnapshot;
    /// What is set about calls.
    call_settings / TalkSettings() -> CallSettings;
    /// Sets it, for the next call.
    set_call_settings / SetTalkSettings(settings: CallSettings) -> CallSettings;
    /// Sound and picture of the running call, for one page; the page before has them no longer.
    call_media / OpenMedia(call: CallId) -> Media;
    /// This computer's network has changed: addresses are told anew, and the path of a running call is renewed.
    network_changed / NetworkChanged() -> ();
    /// A person says that this computer's clock is right although others differ.
    confirm_clock / ConfirmClock() -> ();
}

impl Handle {
    /// Who this peer is.
    pub const fn peer_id(&self) -> PeerId {
        self.peer
    }

    /// Begins a file of ours; its bytes go to disk as they are written, past the peer's task. Give it to
    /// [`Handle::add_blob`] when it is finished; dropped before, nothing of it stays.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn import(&self) -> Result<Part, PeerError> {
        Ok(self.blobs.import()?)
    }

    /// A file that is here, for reading, and its size.
    ///
    /// # Errors
    /// It is not here, or the disk refuses.
    pub async fn open_blob(&self, sha256: DocumentId) -> Result<(File, u64), PeerError> {
        let missing = PeerError::NotFound("file");
        let Some(size) = self.blob(sha256).await? else {
            return Err(missing);
        };
        let file = self.blobs.file(sha256, size)?.ok_or(missing)?;
        Ok((file, size))
    }

    /// Listens to what changes from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Stops the peer: running answers go out, connections and database are closed. Its listing stays with the
    /// directories, as offline.
    pub async fn shutdown(&self) {
        let (answer, received) = oneshot::channel();
        if self.calls.send(Call::Shutdown { answer }).await.is_ok() {
            let _ = received.await;
        }
    }
}
