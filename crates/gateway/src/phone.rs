//! The door for phones in the same network: closed until a person opens it, with a token of its own that can be taken back.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use opener_api::{Event, Handle, PeerError};
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    task::JoinHandle,
};

use crate::{GatewayConfig, Pages, Running, Token, serve};

/// Follows what a person sets about the door for phones, until it is shut down.
#[derive(Debug)]
pub struct PhoneDoor {
    closing: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl PhoneDoor {
    /// Begins. The phone gets this user interface.
    pub fn follow(handle: Handle, pages: Pages) -> Self {
        let (closing, closed) = watch::channel(false);
        let follower = Follower {
            handle,
            pages,
            open: None,
        };
        let task = tokio::spawn(follower.run(closed));
        Self { closing, task }
    }

    /// Closes the door and ends.
    pub async fn shutdown(self) {
        let _ = self.closing.send(true);
        let _ = self.task.await;
    }
}

/// What a door was opened with; another one needs another door.
#[derive(Clone, PartialEq, Eq)]
struct Wanted {
    port: u16,
    token: String,
}

struct Follower {
    handle: Handle,
    pages: Pages,
    open: Option<(Wanted, Running)>,
}

impl Follower {
    async fn run(mut self, mut closed: watch::Receiver<bool>) {
        let mut events = self.handle.subscribe();
        while self.look().await.is_ok() {
            let changed = async {
                loop {
                    match events.recv().await {
                        Ok(Event::Gateway) | Err(RecvError::Lagged(_)) => return true,
                        Ok(_) => {}
                        Err(RecvError::Closed) => return false,
                    }
                }
            };
            tokio::select! {
                _ = closed.wait_for(|closing| *closing) => break,
                go_on = changed => if !go_on { break },
            }
        }
        self.close().await;
    }

    /// Opens or closes the door as it is wanted now.
    async fn look(&mut self) -> Result<(), PeerError> {
        let phone = self.handle.phone().await?;
        let wanted = phone.on.then_some(Wanted {
            port: phone.port,
            token: phone.token,
        });
        if self.open.as_ref().map(|(open, _)| open) == wanted.as_ref() {
            return Ok(());
        }
        self.close().await;
        let Some(wanted) = wanted else {
            return self.handle.phone_opened(Ok(vec![])).await;
        };
        let opened = match self.open(&wanted).await {
            Ok(running) => {
                let port = running.address.port();
                self.open = Some((wanted, running));
                Ok(self.urls(port).await?)
            }
            Err(why) => {
                // Tried again when a person sets something.
                tracing::warn!(why, "the door for phones does not open");
                Err(why)
            }
        };
        self.handle.phone_opened(opened).await
    }

    async fn open(&self, wanted: &Wanted) -> Result<Running, String> {
        let token = Token::new(wanted.token.as_str()).map_err(|error| error.to_string())?;
        let config = GatewayConfig {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, wanted.port)),
            pages: self.pages.clone(),
            ..GatewayConfig::new(token)
        };
        let opened = serve(self.handle.clone(), config).await;
        opened.map_err(|_| {
            format!(
                "port {} is taken by another program; choose another",
                wanted.port
            )
        })
    }

    async fn close(&mut self) {
        if let Some((_, running)) = self.open.take() {
            running.shutdown().await;
        }
    }

    /// The door by each address of this computer that another one may reach.
    async fn urls(&self, port: u16) -> Result<Vec<String>, PeerError> {
        let addresses = self.handle.status().await?.addresses;
        let found = addresses
            .iter()
            .filter_map(|address| own_ip(address.as_str()));
        let found: BTreeSet<Ipv4Addr> = found.collect();
        Ok(found
            .into_iter()
            .map(|ip| format!("http://{ip}:{port}"))
            .collect())
    }
}

/// The address of an interface in a multiaddr that is listened on; none where only this computer reaches it.
fn own_ip(multiaddr: &str) -> Option<Ipv4Addr> {
    let mut parts = multiaddr
        .split('/')
        .skip_while(|part| *part != "ip4")
        .skip(1);
    match parts.next()?.parse().ok()? {
        IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_unspecified() && !ip.is_link_local() => {
            Some(ip)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_shown_addresses_that_it_reaches() {
        let of = |text| own_ip(text).map(|ip| ip.to_string());
        assert_eq!(
            of("/ip4/192.168.0.7/udp/4001/quic-v1/p2p/x").as_deref(),
            Some("192.168.0.7")
        );
        for own in [
            "/ip4/127.0.0.1/tcp/1",
            "/ip4/0.0.0.0/tcp/1",
            "/ip6/::1/tcp/1",
            "/dns4/x/tcp/1",
            "",
        ] {
            assert_eq!(of(own), None, "{own}");
        }
    }
}
