//! A change of terms: what a counter-offer is made of.

use std::collections::HashSet;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Charge,
    shared::{Commitment, Delivery, Incoterm, Price},
};
use crate::{
    Invalid, Number, PeerText, Timestamp,
    limits::{CHARGES, REMARK_BYTES},
};

/// One change of the terms of an offer. What it leaves out stays.
///
/// Lines are named by the RFP's number, charges by their place in the offer *before* any change.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// Another price, quantity or lead time of a line that is offered.
    #[n(0)]
    #[cbor(map)]
    Line {
        /// The RFP's line number.
        #[n(0)]
        line: u32,
        /// The new price.
        #[n(1)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        price: Option<Price>,
        /// The new quantity, in the line's unit.
        #[n(2)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        quantity: Option<Number>,
        /// The new lead time, in days from order to delivery.
        #[n(3)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        lead_time_days: Option<u32>,
    },
    /// One charge more.
    #[n(1)]
    #[cbor(map)]
    AddCharge {
        /// The new charge.
        #[n(0)]
        charge: Charge,
    },
    /// Another charge in the place of one.
    #[n(2)]
    #[cbor(map)]
    ChangeCharge {
        /// Its place among the offer's charges, from 0.
        #[n(0)]
        index: u8,
        /// What it becomes.
        #[n(1)]
        charge: Charge,
    },
    /// One charge less.
    #[n(3)]
    #[cbor(map)]
    RemoveCharge {
        /// Its place among the offer's charges, from 0.
        #[n(0)]
        index: u8,
    },
    /// Another place or window of delivery.
    #[n(4)]
    #[cbor(map)]
    Delivery {
        /// The new delivery; absent means as asked.
        #[n(0)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        delivery: Option<Delivery>,
    },
    /// Another Incoterm.
    #[n(5)]
    #[cbor(map)]
    Incoterm {
        /// The new Incoterm; absent means as asked.
        #[n(0)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        incoterm: Option<Incoterm>,
    },
    /// Other terms of payment.
    #[n(6)]
    #[cbor(map)]
    Payment {
        /// The new terms of payment; absent means as asked.
        #[n(0)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        payment: Option<PeerText<REMARK_BYTES>>,
    },
    /// Another validity of the offer.
    #[n(7)]
    #[cbor(map)]
    ValidUntil {
        /// The offer can be ordered until here.
        #[n(0)]
        until: Timestamp,
    },
    /// Another commitment of the offer.
    #[n(8)]
    #[cbor(map)]
    Commitment {
        /// How firmly the offer binds the seller.
        #[n(0)]
        commitment: Commitment,
    },
}

/// What a change is about: two changes of one counter-offer never are about the same.
#[derive(PartialEq, Eq, Hash)]
enum Subject {
    Line(u32),
    Charge(u8),
    Delivery,
    Incoterm,
    Payment,
    ValidUntil,
    Commitment,
}

impl Change {
    fn subject(&self) -> Option<Subject> {
        Some(match self {
            Change::Line { line, .. } => Subject::Line(*line),
            Change::AddCharge { .. } => return None,
            Change::ChangeCharge { index, .. } | Change::RemoveCharge { index } => {
                Subject::Charge(*index)
            }
            Change::Delivery { .. } => Subject::Delivery,
            Change::Incoterm { .. } => Subject::Incoterm,
            Change::Payment { .. } => Subject::Payment,
            Change::ValidUntil { .. } => Subject::ValidUntil,
            Change::Commitment { .. } => Subject::Commitment,
        })
    }

    fn check(&self) -> Result<(), Invalid> {
        match self {
            Change::Line {
                price: None,
                quantity: None,
                lead_time_days: None,
                ..
            } => Err(Invalid::new(
                "line",
                "names a new price, quantity or lead time",
            )),
            Change::Line {
                price, quantity, ..
            } => {
                price.map_or(Ok(()), |price| price.check())?;
                match quantity {
                    Some(quantity) if !quantity.is_positive() => {
                        Err(Invalid::new("quantity", "must be above zero"))
                    }
                    _ => Ok(()),
                }
            }
            Change::ChangeCharge { index, .. } | Change::RemoveCharge { index }
                if usize::from(*index) >= CHARGES =>
            {
                Err(Invalid::new("index", format!("is below {CHARGES}")))
            }
            Change::Delivery {
                delivery: Some(delivery),
            } => delivery.check().map_err(|e| e.within("delivery")),
            _ => Ok(()),
        }
    }
}

/// The rules that a list of changes keeps by itself.
pub(super) fn check_changes(changes: &[Change]) -> Result<(), Invalid> {
    if changes.is_empty() {
        return Err(Invalid::new("changes", "must change something"));
    }
    super::check_each("changes", changes, Change::check)?;
    let mut seen = HashSet::new();
    let again = changes
        .iter()
        .position(|change| change.subject().is_some_and(|it| !seen.insert(it)));
    match again {
        Some(i) => Err(Invalid::new(
            format!("changes[{i}]"),
            "changes the same a second time",
        )),
        None => Ok(()),
    }
}
