//! What an operator says when a directory starts.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use opener_trade::Address;

use crate::limits::Limits;

/// Where a directory keeps its data, where it listens, and its caps.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder: the identity and the database.
    pub data: PathBuf,
    /// Where peers reach it.
    pub listen: Vec<Address>,
    /// Where `/healthz`, `/metrics` and the status page are. Port 0 lets the system choose.
    pub http: SocketAddr,
    /// The caps.
    pub limits: Limits,
}

impl Config {
    /// Peers reach it on every interface, HTTP on loopback alone; the system chooses the ports.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: opener_net::default_listen(),
            http: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            limits: Limits::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_stays_on_this_machine_unless_asked() {
        assert!(Config::new("data").http.ip().is_loopback());
    }
}
