//! The rules of a dialogue, by what happens in it.

pub(crate) mod kit;

mod accept;
mod bid;
mod cancel;
mod counter;
mod extend;
mod firm;
mod lapse;
mod late;
mod model;
mod order;
mod questions;
mod revise;
mod terms;
mod void;
mod withdraw;
