//! The programs as they are shipped: real processes, sockets and files.

mod api;
mod delivery;
mod market;
mod replay;
mod run;
mod servers;
mod soak;
mod verify;
