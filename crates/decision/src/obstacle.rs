//! Why a bid is listed apart instead of ranked.

use opener_trade::{Currency, Number, Reason, Unit, document::TaxBasis};
use serde::Serialize;
use ts_rs::TS;

/// What keeps a bid out of a ranking, with the numbers that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obstacle {
    /// It is withdrawn, expired or not re-confirmed.
    #[error("the bid does not stand")]
    NotStanding,
    /// It came after the deadline and nobody recorded a reason to admit it.
    #[error("the bid came after the deadline")]
    Late,
    /// The buyer's recorded finding excludes it.
    #[error("{reason}")]
    Excluded {
        /// The finding.
        reason: String,
    },
    /// It offers nothing for these lines.
    #[error("the bid offers nothing here")]
    NoOffer,
    /// It can only be ordered whole, and reaches beyond the lot.
    #[error("the bid can only be ordered whole and reaches beyond the lot")]
    WholeOnly,
    /// Its currency is not the RFP's first. There are no exchange rates here.
    #[error("prices in {offered} are not compared with prices in {wanted}")]
    Currency {
        /// The bid's currency.
        offered: Currency,
        /// The currency of the ranking.
        wanted: Currency,
    },
    /// A line is offered in another unit than asked.
    #[error("line {line} asks for {asked} and is offered in {offered}")]
    Unit {
        /// The line.
        line: u32,
        /// The unit asked for.
        asked: Unit,
        /// The unit offered.
        offered: Unit,
    },
    /// It offers a line that was not asked for.
    #[error("line {line} was not asked for")]
    NotAsked {
        /// The line.
        line: u32,
    },
    /// Net and gross cannot be told from each other.
    #[error("prices that are {offered:?} are not compared with prices that are {wanted:?}")]
    TaxBasis {
        /// The bid's tax basis.
        offered: TaxBasis,
        /// The basis of the ranking.
        wanted: TaxBasis,
    },
    /// Its sum does not fit the type of money.
    #[error("the sum is too large")]
    TooLarge,
    /// Lines are missing, or offered in less quantity than asked, and the RFP takes no partial bids.
    #[error("the bid lacks lines {missing:?} and is short of lines {short:?}")]
    Incomplete {
        /// Lines that it does not offer as asked.
        missing: Vec<u32>,
        /// Lines that it offers less of than asked.
        short: Vec<u32>,
    },
    /// The same, in an RFP that takes partial bids: it may be ordered by line, but is not compared with complete bids.
    #[error("the bid is partial: it lacks lines {missing:?} and is short of lines {short:?}")]
    Partial {
        /// Lines that it does not offer as asked.
        missing: Vec<u32>,
        /// Lines that it offers less of than asked.
        short: Vec<u32>,
    },
    /// A value is worse than a knock-out criterion allows.
    #[error("{criterion}: {value} is worse than {worst}")]
    KnockedOut {
        /// The criterion.
        criterion: String,
        /// The bid's value.
        value: Number,
        /// The worst value that is allowed.
        worst: Number,
    },
    /// The value of a knock-out criterion is not known.
    #[error("{criterion}: no value is known")]
    Unanswered {
        /// The criterion.
        criterion: String,
    },
}

/// The heading under which a bid is listed apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Offers part of what was asked, as the RFP allows.
    Partial,
    /// Lacks something that was asked.
    Incomplete,
    /// Cannot be compared.
    Incomparable,
    /// Out by a criterion or by the buyer's finding.
    KnockedOut,
    /// Too late.
    Late,
    /// Cannot be ordered.
    NotStanding,
}

impl Obstacle {
    /// The heading for this obstacle.
    pub const fn group(&self) -> Group {
        match self {
            Obstacle::NotStanding => Group::NotStanding,
            Obstacle::Late => Group::Late,
            Obstacle::Excluded { .. }
            | Obstacle::KnockedOut { .. }
            | Obstacle::Unanswered { .. } => Group::KnockedOut,
            Obstacle::Incomplete { .. } | Obstacle::NoOffer => Group::Incomplete,
            Obstacle::Partial { .. } => Group::Partial,
            Obstacle::WholeOnly
            | Obstacle::Currency { .. }
            | Obstacle::Unit { .. }
            | Obstacle::NotAsked { .. }
            | Obstacle::TaxBasis { .. }
            | Obstacle::TooLarge => Group::Incomparable,
        }
    }

    /// The registered reason, where there is one.
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Obstacle::Late => Some(Reason::Late),
            Obstacle::Currency { .. } => Some(Reason::CurrencyNotAllowed),
            Obstacle::Unit { .. } => Some(Reason::UnitNotConvertible),
            Obstacle::TooLarge => Some(Reason::TooLarge),
            _ => None,
        }
    }
}
