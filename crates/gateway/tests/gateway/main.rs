//! The door over real sockets, with a real peer behind it.

#![cfg(test)]

mod backup;
mod blob;
mod door;
mod media;
mod pages;
mod phone;
mod place;
mod socket;
