//! Why a peer or a directory refused something.

use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)*) => {
        /// Why a document or request was refused. Numbers and names are registered and never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $variant,)*
            /// A reason that a newer version of the protocol registered.
            Unknown(u16),
        }

        impl Reason {
            /// Every registered reason, in the order of the register.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant),*];

            /// The registered number.
            pub const fn number(self) -> u16 {
                match self { $(Reason::$variant => $number,)* Reason::Unknown(number) => number }
            }

            /// The reason with this number; unregistered numbers are kept.
            pub const fn from_number(number: u16) -> Self {
                match number { $($number => Reason::$variant,)* other => Reason::Unknown(other) }
            }

            /// The registered name, as the protocol pages and the api spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Reason::$variant => $name,)* Reason::Unknown(_) => "unknown" }
            }

            /// The reason with this name; a name that is not registered reads as `Unknown(0)`.
            pub fn from_name(name: &str) -> Self {
                match name { $($name => Reason::$variant,)* _ => Reason::Unknown(0) }
            }
        }
    };
}

reasons! {
    /// The deadline had passed by the clock that judges it.
    Late = 1, "late";
    /// Another document came first; the failure names the head to answer.
    Stale = 2, "stale";
    /// The signature does not verify, or the signer may not sign this.
    BadSignature = 3, "bad-signature";
    /// `seq` and `previous` do not continue the sender's chain.
    BadChain = 4, "bad-chain";
    /// The sender was not invited to this deal.
    NotInvited = 5, "not-invited";
    /// The receiver knows no such deal.
    UnknownDeal = 6, "unknown-deal";
    /// The bid names another revision than the current one.
    RevisionMismatch = 7, "revision-mismatch";
    /// The offer's validity, or the document's own expiry, has passed.
    Expired = 8, "expired";
    /// A firm commitment forbids it.
    FirmCommitment = 9, "firm-commitment";
    /// More is ordered or awarded than was asked or offered.
    QuantityExceeded = 10, "quantity-exceeded";
    /// The quantity is awarded already.
    AlreadyAwarded = 11, "already-awarded";
    /// The RFP does not accept this currency.
    CurrencyNotAllowed = 12, "currency-not-allowed";
    /// The units of request and bid cannot be compared.
    UnitNotConvertible = 13, "unit-not-convertible";
    /// A sum in the document is wrong.
    SumMismatch = 14, "sum-mismatch";
    /// No further round of counter-offers is allowed.
    RoundsExhausted = 15, "rounds-exhausted";
    /// A required attachment is missing.
    AttachmentMissing = 16, "attachment-missing";
    /// An attachment's bytes do not have the promised hash.
    AttachmentHash = 17, "attachment-hash";
    /// The document needs a newer version of the program.
    VersionUnsupported = 18, "version-unsupported";
    /// The document, a list or a text is over its limit.
    TooLarge = 19, "too-large";
    /// Too many requests; try again later.
    RateLimited = 20, "rate-limited";
    /// The receiver has blocked the sender.
    Blocked = 21, "blocked";
    /// The clocks differ too much for an act that a deadline decides.
    ClockSkew = 22, "clock-skew";
    /// The bytes are not a document of this protocol.
    Malformed = 23, "malformed";
    /// The state of the deal does not allow this document.
    NotAllowed = 24, "not-allowed";
    /// An earlier document is still missing; this one is kept and its receipt follows. Send again.
    OutOfOrder = 25, "out-of-order";
    /// The receiver cannot store anything now. Send again later.
    Unavailable = 26, "unavailable";
    /// The document is addressed to somebody else.
    WrongRecipient = 27, "wrong-recipient";
}

impl Reason {
    /// Whether the sender should deliver the same document again later.
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Reason::OutOfOrder | Reason::Unavailable | Reason::RateLimited
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Unknown(number) => write!(f, "unknown (newer version, {number})"),
            known => f.write_str(known.name()),
        }
    }
}

impl<C> minicbor::Encode<C> for Reason {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u16(self.number())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Reason {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Reason::from_number(d.u16()?))
    }
}

impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> serde::Deserialize<'de> for Reason {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Reason::from_name(
            &<String as serde::Deserialize>::deserialize(deserializer)?,
        ))
    }
}

crate::value::ts_as!(Reason, "string");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_read_back() {
        for (i, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(Reason::from_number(reason.number()), *reason);
            assert_eq!(Reason::from_name(reason.name()), *reason);
            assert!(
                Reason::ALL[..i]
                    .iter()
                    .all(|r| r.number() != reason.number() && r.name() != reason.name())
            );
        }
    }

    #[test]
    fn a_reason_of_a_newer_version_is_kept_and_named_so() {
        let newer = Reason::from_number(999);
        let bytes = minicbor::to_vec(newer).unwrap();
        assert_eq!(
            minicbor::decode::<Reason>(&bytes).unwrap(),
            Reason::Unknown(999)
        );
        assert_eq!(newer.to_string(), "unknown (newer version, 999)");
        assert!(!newer.is_transient());
    }
}
