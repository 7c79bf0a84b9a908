//! Calls between two sides on one computer.
#![cfg(test)]

mod attacker;
mod kit;
mod lossy;
mod private;
mod relay;
mod talk;
