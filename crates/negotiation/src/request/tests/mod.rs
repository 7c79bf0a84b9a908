//! The rules of a request as a whole.

mod award;
mod kit;
mod model;
mod revise;
mod time;
