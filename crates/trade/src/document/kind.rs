//! The register of document kinds. A number and a name are given once and never reused.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal, $state:ident;)*) => {
        /// The kind of a signed document.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// Every registered kind, in the order of the register.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant),*];

            /// The registered number.
            pub const fn number(self) -> u16 {
                match self { $(Kind::$variant => $number,)* }
            }

            /// The kind with this number.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Kind::$variant),)* _ => None }
            }

            /// The registered name, which is part of media type and signature.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }

            /// The kind with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Kind::$variant),)* _ => None }
            }

            /// Whether this version reads and writes the kind; the others are reserved.
            pub const fn is_built(self) -> bool {
                match self { $(Kind::$variant => kinds!(@$state),)* }
            }

            /// The content type in the protected header.
            pub const fn media_type(self) -> &'static str {
                match self { $(Kind::$variant => concat!("application/vnd.opener.", $name, "+cbor"),)* }
            }

            /// The external additional authenticated data of the signature: a signature on one kind never serves
            /// another.
            pub const fn aad(self) -> &'static [u8] {
                match self { $(Kind::$variant => concat!("opener/", $name, "/1").as_bytes(),)* }
            }
        }
    };
    (@built) => { true };
    (@reserved) => { false };
}

kinds! {
    /// Who I am, what I sell, where, how to reach me.
    Listing = 1, "listing", built;
    /// A request for proposal, one revision.
    Rfp = 2, "rfp", built;
    /// The buyer calls the request off.
    RfpCancel = 3, "rfp-cancel", built;
    /// A seller asks, privately.
    Question = 4, "question", built;
    /// The buyer answers every invited seller, the asker unnamed.
    Answer = 5, "answer", built;
    /// I mean to bid.
    Intent = 6, "intent", built;
    /// I will not bid.
    Decline = 7, "decline", built;
    /// An offer to one RFP.
    Bid = 8, "bid", built;
    /// The seller takes a bid back.
    BidWithdraw = 9, "bid-withdraw", built;
    /// A change of terms on exactly one offer.
    Counter = 10, "counter", built;
    /// The counter-offer is accepted.
    CounterAccept = 11, "counter-accept", built;
    /// The counter-offer is refused; the previous offer stands.
    CounterRefuse = 12, "counter-refuse", built;
    /// More time on a commitment is asked for.
    ExtendRequest = 13, "extend-request", built;
    /// It is given.
    ExtendGrant = 14, "extend-grant", built;
    /// It is not.
    ExtendRefuse = 15, "extend-refuse", built;
    /// I promise to deal with nobody else for this until then.
    Hold = 16, "hold", built;
    /// The buyer orders on a bid.
    Order = 17, "order", built;
    /// The answer to an order, line by line.
    OrderResponse = 18, "order-response", built;
    /// A change to a concluded order.
    OrderChange = 19, "order-change", built;
    /// A concluded order is called off.
    OrderCancel = 20, "order-cancel", built;
    /// The bid was not chosen.
    NotChosen = 21, "not-chosen", built;
    /// One party's signature on the final terms.
    FinalTerms = 22, "final-terms", built;
    /// Text in the deal.
    Chat = 23, "chat", built;
    /// A call is offered.
    CallOffer = 24, "call-offer", built;
    /// A call is answered.
    CallAnswer = 25, "call-answer", built;
    /// A network path for a call.
    CallCandidate = 26, "call-candidate", built;
    /// A call ends.
    CallEnd = 27, "call-end", built;
    /// The document is committed here since then.
    Receipt = 28, "receipt", built;
    /// The document is refused, with a reason.
    Failure = 29, "failure", built;
    /// The terms that both parties sign, byte for byte the same.
    Terms = 30, "terms", built;
    /// A directory saw this hash at this time.
    Stamp = 31, "stamp", built;
    /// A directory holds these final terms.
    ReportReceipt = 32, "report-receipt", built;
    /// The buyer decided that an order lapsed unanswered.
    Lapse = 33, "lapse", built;
    /// The seller lets an order go that it has accepted and has heard nothing of since.
    Release = 34, "release", built;
    /// The buyer asks an admitted seller for its last bid.
    BestAndFinal = 35, "best-and-final", built;
    /// A directory's stamp of a bid.
    TimeProof = 36, "time-proof", built;
    /// A proposed change or cancellation of an order is refused, or taken back.
    AmendmentRefuse = 37, "amendment-refuse", built;
    /// A directory signs how long its log of final terms is, and what stands in it.
    LogHead = 38, "log-head", built;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

crate::value::ts_as!(Kind, "string");

const _: () = {
    let mut i = 0;
    while i < Kind::ALL.len() {
        let mut j = i + 1;
        while j < Kind::ALL.len() {
            assert!(
                !same(Kind::ALL[i].aad(), Kind::ALL[j].aad()),
                "two kinds share a signature"
            );
            assert!(
                Kind::ALL[i].number() != Kind::ALL[j].number(),
                "two kinds share a number"
            );
            j += 1;
        }
        i += 1;
    }
};

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
