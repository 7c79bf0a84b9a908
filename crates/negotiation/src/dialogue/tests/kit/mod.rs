//! Two replicas of one dialogue and the post between them.

mod orders;
mod pair;
mod papers;
mod side;

pub(crate) use orders::*;
pub(crate) use pair::*;
pub(crate) use papers::*;
pub(crate) use side::*;
