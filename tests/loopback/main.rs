//! Real peers and a real directory on loopback: sockets, files and clocks as in the program people run.

mod backup;
mod bargain;
mod call;
mod files;
mod kit;
mod network;
mod round;
