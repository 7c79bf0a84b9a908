//! Opening bytes of whatever kind they turn out to be.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::{EnvelopeError, Payload, Verified, cose};
use crate::{
    DocumentId, Invalid, Kind, PeerId,
    document::{
        AmendmentRefuse, Answer, BestAndFinal, Bid, BidWithdraw, CallAnswer, CallCandidate,
        CallEnd, CallOffer, Chat, Counter, CounterAccept, CounterRefuse, Decline, Document,
        ExtendGrant, ExtendRefuse, ExtendRequest, Failure, FinalTerms, Header, Hold, Intent, Lapse,
        Listing, LogHead, NotChosen, Order, OrderCancel, OrderChange, OrderResponse, Question,
        Receipt, Release, ReportReceipt, Rfp, RfpCancel, Stamp, Terms, TimeProof,
    },
};

macro_rules! opened {
    ($($kind:ident: $content:ty, $header:expr;)*) => {
        /// A verified document of any kind.
        #[derive(Debug, Clone)]
        pub enum Opened {
            $(#[doc = concat!("A `", stringify!($kind), "`.")] $kind(Verified<$content>),)*
            /// Of a kind that this version does not read: kept, and shown as "unknown (newer version)".
            Unknown(Verified<UnknownDocument>),
        }

        $(impl From<Verified<$content>> for Opened {
            fn from(document: Verified<$content>) -> Self {
                Opened::$kind(document)
            }
        })*

        impl Opened {
            /// The registered kind, unless it is newer than this version.
            pub const fn kind(&self) -> Option<Kind> {
                match self { $(Opened::$kind(_) => Some(Kind::$kind),)* Opened::Unknown(_) => None }
            }

            /// The document's id.
            pub const fn id(&self) -> DocumentId {
                match self { $(Opened::$kind(d) => d.id(),)* Opened::Unknown(d) => d.id() }
            }

            /// Whose key signed it.
            pub const fn signer(&self) -> PeerId {
                match self { $(Opened::$kind(d) => d.signer(),)* Opened::Unknown(d) => d.signer() }
            }

            /// The bytes as received or signed.
            pub const fn bytes(&self) -> &Arc<[u8]> {
                match self { $(Opened::$kind(d) => d.bytes(),)* Opened::Unknown(d) => d.bytes() }
            }

            /// Its place in a deal; absent in documents that stand alone.
            pub fn header(&self) -> Option<&Header> {
                match self {
                    $(Opened::$kind(d) => { let of: fn(&$content) -> Option<&Header> = $header; of(d) })*
                    Opened::Unknown(d) => Some(&d.header),
                }
            }
        }

        fn content(kind: Kind, unsealed: cose::Unsealed, bytes: &[u8]) -> Result<Opened, EnvelopeError> {
            match kind {
                $(Kind::$kind => unsealed.content::<$content>(bytes).map(Opened::$kind),)*
            }
        }
    };
}

opened! {
    Listing: Listing, |_| None;
    Rfp: Document<Rfp>, |d| Some(&d.header);
    RfpCancel: Document<RfpCancel>, |d| Some(&d.header);
    Question: Document<Question>, |d| Some(&d.header);
    Answer: Document<Answer>, |d| Some(&d.header);
    Intent: Document<Intent>, |d| Some(&d.header);
    Decline: Document<Decline>, |d| Some(&d.header);
    Bid: Document<Bid>, |d| Some(&d.header);
    BidWithdraw: Document<BidWithdraw>, |d| Some(&d.header);
    Counter: Document<Counter>, |d| Some(&d.header);
    CounterAccept: Document<CounterAccept>, |d| Some(&d.header);
    CounterRefuse: Document<CounterRefuse>, |d| Some(&d.header);
    ExtendRequest: Document<ExtendRequest>, |d| Some(&d.header);
    ExtendGrant: Document<ExtendGrant>, |d| Some(&d.header);
    ExtendRefuse: Document<ExtendRefuse>, |d| Some(&d.header);
    Hold: Document<Hold>, |d| Some(&d.header);
    Order: Document<Order>, |d| Some(&d.header);
    OrderResponse: Document<OrderResponse>, |d| Some(&d.header);
    OrderChange: Document<OrderChange>, |d| Some(&d.header);
    OrderCancel: Document<OrderCancel>, |d| Some(&d.header);
    NotChosen: Document<NotChosen>, |d| Some(&d.header);
    FinalTerms: Document<FinalTerms>, |d| Some(&d.header);
    Chat: Document<Chat>, |d| Some(&d.header);
    CallOffer: Document<CallOffer>, |d| Some(&d.header);
    CallAnswer: Document<CallAnswer>, |d| Some(&d.header);
    CallCandidate: Document<CallCandidate>, |d| Some(&d.header);
    CallEnd: Document<CallEnd>, |d| Some(&d.header);
    Lapse: Document<Lapse>, |d| Some(&d.header);
    Release: Document<Release>, |d| Some(&d.header);
    BestAndFinal: Document<BestAndFinal>, |d| Some(&d.header);
    TimeProof: Document<TimeProof>, |d| Some(&d.header);
    AmendmentRefuse: Document<AmendmentRefuse>, |d| Some(&d.header);
    Receipt: Receipt, |_| None;
    Failure: Failure, |_| None;
    Terms: Terms, |_| None;
    Stamp: Stamp, |_| None;
    ReportReceipt: ReportReceipt, |_| None;
    LogHead: LogHead, |_| None;
}

/// A document of a deal whose body this version cannot read. Its header still continues the chain.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
#[non_exhaustive]
pub struct UnknownDocument {
    /// Its place in the deal.
    #[n(0)]
    pub header: Header,
}

impl Payload for UnknownDocument {
    /// Never written: an unknown document is only read, under the name in its own envelope.
    const KIND: Kind = Kind::CallEnd;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.header.from == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        self.header.check()
    }
}

/// Opens bytes from anywhere.
///
/// # Errors
/// As [`EnvelopeError`] says. An unregistered or reserved kind with a good signature and header is no error.
pub fn open(bytes: &[u8]) -> Result<Opened, EnvelopeError> {
    let sealed = cose::unseal(bytes)?;
    let kind = Kind::from_name(&sealed.kind_name);
    whole(kind, sealed.verify()?, bytes)
}

/// Opens bytes that this program verified before it kept them under this id. Whoever could change its records could change
/// the program as well, so the signature is not verified again; that nothing was damaged, the id tells, which is a hash.
///
/// # Errors
/// The bytes are not of this document.
pub fn open_own_record(id: DocumentId, bytes: &[u8]) -> Result<Opened, EnvelopeError> {
    let sealed = cose::unseal(bytes)?;
    let kind = Kind::from_name(&sealed.kind_name);
    whole(kind, sealed.kept_as(id)?, bytes)
}

fn whole(
    kind: Option<Kind>,
    unsealed: cose::Unsealed,
    bytes: &[u8],
) -> Result<Opened, EnvelopeError> {
    match kind {
        Some(kind) => content(kind, unsealed, bytes),
        None => unsealed
            .content::<UnknownDocument>(bytes)
            .map(Opened::Unknown),
    }
}
