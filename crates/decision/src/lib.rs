//! Judging bids: what a bid costs, how bids rank by the published criteria, what an award orders, what both parties
//! sign in the end.
//!
//! Everything is a pure function of documents: no clock, no IO, no floating point beside money. The bounds of every
//! criterion are fixed in the RFP, so one bid more or less never changes how the others compare.

mod award;
mod candidate;
mod change;
mod compare;
mod deviation;
mod distance;
mod obstacle;
mod order;
mod part;
mod rank;
mod score;
mod terms;
#[cfg(test)]
mod testing;
mod tie;
mod total;

pub use award::{Award, best_per_lot, proposal};
pub use candidate::{Assessment, Candidate, Exclusion};
pub use change::{Edits, Holding, LineEdit, change_of};
pub use deviation::{Deviation, Point, declared, deviations};
pub use obstacle::{Group, Obstacle};
pub use order::{LinePart, Moments, OrderError, Taking, order_from};
pub use rank::{Apart, Ranked, Ranking, rank};
pub use score::{SHOWN_DECIMALS, Scored, Share, Step, score};
pub use terms::{Concluded, terms_of};
pub use total::{Totals, totals};
