//! OCDS (Open Contracting Data Standard 1.1): releases, compiled releases, release packages and record packages, with
//! the extensions for lots and bids.

mod awards;
mod bids;
mod lines;
mod lots;
mod party;
mod price;
mod refusal;
mod release;
mod request;
mod schedule;
mod unit;

pub(crate) use bids::identity;
pub(crate) use request::{OPEN_CEILING, read};
