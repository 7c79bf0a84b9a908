//! Real peers and a real directory on loopback: sockets, files and clocks as in the program people run.

mod bargain;
mod kit;
mod network;
mod round;
