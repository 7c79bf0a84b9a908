//! Stories: named people, real programs, simulated time and network. A failing story prints its seed and its transcript.

mod award;
mod cast;
mod crash;
mod delivery;
mod time;
mod whole_round;
