//! Stories: named people, real programs, simulated time and network. A failing story prints its seed and its transcript.

mod after_order;
mod alarms;
mod attacker;
mod award;
mod bargaining;
mod book;
mod calls;
mod cast;
mod clocks;
mod crash;
mod delivery;
mod file_attacker;
mod files;
mod forged_answers;
mod last_round;
mod list;
mod logs;
mod mallory;
mod offers;
mod one_moment;
mod stamps;
mod time;
mod whole_round;
