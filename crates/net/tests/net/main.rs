//! The transport over real sockets.

#![cfg(test)]

mod hostile;
mod loopback;
mod node;
mod relay;
mod restart;
