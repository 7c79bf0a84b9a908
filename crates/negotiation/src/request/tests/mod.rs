//! The rules of a request as a whole.

mod award;
mod kit;
mod last_round;
mod model;
mod revise;
mod time;
