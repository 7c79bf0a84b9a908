//! The rules of a dialogue, by what happens in it.

pub(crate) mod kit;

mod accept;
mod amend;
mod bid;
mod calls;
mod cancel;
mod counter;
mod extend;
mod firm;
mod lapse;
mod last_round;
mod late;
mod model;
mod order;
mod proofs;
mod questions;
mod release;
mod revise;
mod terms;
mod turn;
mod void;
mod withdraw;
