//! The directory, asked in its own language: bytes in, bytes out, with the clock in the test's hand.

#![cfg(test)]

mod hostile;
mod http;
mod kit;
mod matching;
mod page;
mod presence;
mod register;
mod report;
mod restart;
mod secrecy;
mod sockets;
mod stamp;
