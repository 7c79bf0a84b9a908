//! Peers behind routers: network namespaces of Linux, in which every row has its own directory, routers and peers.
//!
//! Needs root, `ip` and `nft`; elsewhere each test says that it is skipped. A few rows run with the suite, all of them with
//! `OPENER_REACH=all`.

#![cfg(target_os = "linux")]

mod heal;
mod lab;
mod office;
mod row;
