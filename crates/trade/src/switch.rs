//! Switches for tests that ask whether a countermeasure is missed when it is gone.
//!
//! In every ordinary build [`holds`] is a constant `true` and costs nothing. Only with the feature `switches`, which no
//! manifest turns on, it reads the environment variable `OPENER_OFF` once: the countermeasure of that name is off.
//! `cargo xtask soak mutants` builds the tests so, and wants one of them to fail for each countermeasure.

/// Whether a countermeasure is on: always, but for a test build that is told to leave it out.
#[cfg(not(feature = "switches"))]
#[must_use]
pub const fn holds(_: Countermeasure) -> bool {
    true
}

/// Whether a countermeasure is on: unless `OPENER_OFF` names it.
#[cfg(feature = "switches")]
#[must_use]
pub fn holds(countermeasure: Countermeasure) -> bool {
    static OFF: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    // The one place of this room that reads the environment: it is not in any program that people use.
    let off = OFF.get_or_init(|| std::env::var("OPENER_OFF").ok());
    off.as_deref() != Some(countermeasure.name())
}

macro_rules! countermeasures {
    ($($(#[$doc:meta])* $name:ident $word:literal,)*) => {
        /// What stands against one way to cheat, to lose or to confuse.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Countermeasure {
            $($(#[$doc])* $name,)*
        }

        impl Countermeasure {
            /// All of them.
            pub const ALL: &'static [Countermeasure] = &[$(Countermeasure::$name,)*];

            /// Its name, as `OPENER_OFF` takes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Countermeasure::$name => $word,)* }
            }
        }
    };
}

countermeasures! {
    /// A signature covers the kind of its document (external AAD, RFC 9052 section 4.3).
    SignatureDomain "signature-domain",
    /// Signatures are verified strictly: none of small order, none in a second form (RFC 8032 section 5.1.7).
    StrictSignature "strict-signature",
    /// The signer is the one whom the content names.
    SignerIsNamed "signer-is-named",
    /// A header that must be understood and is not, is refused (RFC 9052 section 3.1).
    CriticalHeader "critical-header",
    /// What is not signed carries nothing but the key.
    UnsignedHeader "unsigned-header",
    /// A document has at most so many bytes.
    SizeLimit "size-limit",
    /// Sums are exact.
    ExactSum "exact-sum",
    /// The documents of a chain come in order, without a gap.
    ChainOrder "chain-order",
    /// A document names the one before it in its chain.
    PreviousHash "previous-hash",
    /// A document that is there already gets the same receipt, and no second effect.
    ReplayCheck "replay-check",
    /// A receipt leaves only after what it acknowledges is committed.
    ReceiptAfterCommit "receipt-after-commit",
    /// A document is delivered by its signer.
    SignerDelivers "signer-delivers",
    /// A document for somebody else is refused.
    Recipient "recipient",
    /// Nobody joins a deal uninvited.
    Invitation "invitation",
    /// Who is blocked is not heard.
    Block "block",
    /// A peer that sends too much waits.
    RateLimit "rate-limit",
    /// What a deadline decides is refused while the clock is in doubt.
    ClockSkew "clock-skew",
    /// An expired document has no effect.
    DocumentExpiry "document-expiry",
    /// An expired bid is not ordered.
    BidExpiry "bid-expiry",
    /// A late bid is kept apart and not ranked.
    LateBid "late-bid",
    /// A firm bid is not made worse.
    FirmBid "firm-bid",
    /// A firm bid is not withdrawn.
    FirmWithdrawal "firm-withdrawal",
    /// An extension shortens no commitment.
    ExtensionShortens "extension-shortens",
    /// A hold is never shortened.
    HoldShortens "hold-shortens",
    /// What is held for one seller goes to nobody else.
    Hold "hold",
    /// Counter-offers come in so many rounds at most.
    RoundLimit "round-limit",
    /// A counter-offer names the offer that stands.
    StaleCounter "stale-counter",
    /// An order names the offer that stands.
    StaleOrder "stale-order",
    /// An order takes no more than was offered.
    OfferedQuantity "offered-quantity",
    /// What is reserved and awarded is never more than was asked.
    QuantityReservation "quantity-reservation",
    /// A firm or revocable bid accepts an exact order.
    PromiseKept "promise-kept",
    /// An answer that the buyer gets too late makes no contract.
    LateAnswer "late-answer",
    /// The seller believes in a contract only when the buyer says that it has the answer.
    ContractByReceipt "contract-by-receipt",
    /// Who agrees to a change of an order repeats it as it stands.
    AgreementRepeats "agreement-repeats",
    /// An agreement that the proposer gets too late changes nothing.
    AgreementInTime "agreement-in-time",
    /// What both have agreed to is not taken back by one.
    AgreedStays "agreed-stays",
    /// A change of an order takes no more than was asked.
    ChangedQuantity "changed-quantity",
    /// Quantities count in the unit of the request.
    UnitOfRequest "unit-of-request",
    /// A seller lets no order go before the time that the order prints.
    EarlyRelease "early-release",
    /// A seller that is proved to know of the contract does not let it go.
    KnownContract "known-contract",
    /// A request has one best-and-final round.
    OneLastRound "one-last-round",
    /// There is one bid in the best-and-final round.
    OneLastBid "one-last-bid",
    /// No counter-offer follows the best-and-final round.
    CounterAfterLastRound "counter-after-last-round",
    /// Nothing is ordered while last bids may come.
    OrderAfterLastRound "order-after-last-round",
    /// Of one millisecond, times tell the order of what was taken and signed.
    OrderOfMoments "order-of-moments",
    /// Questions come before their cut-off.
    QuestionCutOff "question-cut-off",
    /// A frame is read only within the limit of its protocol.
    FrameLimit "frame-limit",
    /// A peer registers its own listing only.
    ListingSigner "listing-signer",
    /// A listing replaces an older one only.
    ListingSequence "listing-sequence",
    /// Final terms are signed by the two parties in their places.
    ReportSigners "report-signers",
    /// The gateway answers only who has the token.
    GatewayToken "gateway-token",
    /// The gateway answers only to its own name (DNS rebinding).
    GatewayHost "gateway-host",
    /// The gateway answers no page of another origin (RFC 6454).
    GatewayOrigin "gateway-origin",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(feature = "switches"))]
    fn every_countermeasure_holds() {
        assert!(Countermeasure::ALL.iter().all(|one| holds(*one)));
    }

    #[test]
    fn every_countermeasure_has_a_name_of_its_own() {
        let mut names: Vec<_> = Countermeasure::ALL.iter().map(|one| one.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Countermeasure::ALL.len());
    }
}
