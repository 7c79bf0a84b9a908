//! A buyer and a seller, each behind a router, and a directory between them.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Instant,
};

use opener_api::{
    request::{DeliveryList, DirectoryStatus, NetworkStatus, RfpSend, RfpSent},
    view::{DeliveryWay, Reachability},
};
use opener_cli::{client::Gateway, ready::Ready};
use opener_tests::{
    programs::opener,
    world::{buyer, chairs, seller, soon},
};
use opener_trade::{DealId, PeerId};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::lab::{Host, Lab, Nat, PORT, Router, is_possible, is_whole};

/// What carries everything in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Quic,
    Tcp,
}

impl Over {
    pub fn at(self, host: &str, port: u16) -> String {
        match self {
            Self::Quic => format!("/ip4/{host}/udp/{port}/quic-v1"),
            Self::Tcp => format!("/ip4/{host}/tcp/{port}"),
        }
    }
}

/// A program that runs in a namespace. Dropped, it is killed.
pub struct Running {
    process: Option<Child>,
    pub ready: Ready,
}

impl Running {
    pub fn start(host: &Host, arguments: Vec<String>) -> Self {
        host.run(move || async move {
            let mut process = Command::new(opener())
                .args(arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()
                .expect("opener starts");
            let output = process.stdout.take().expect("an output");
            let mut line = String::new();
            soon(
                "the ready line",
                BufReader::new(output).read_line(&mut line),
            )
            .await
            .expect("a line");
            let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not ready: {line}"));
            Self {
                process: Some(process),
                ready,
            }
        })
    }

    pub fn id(&self) -> PeerId {
        self.ready.peer_id
    }

    pub fn gateway(&self) -> Gateway {
        Gateway::new(self.ready.door.clone().expect("a door"))
    }

    /// Kills it, as a crash would.
    pub fn crash(mut self, host: &Host) {
        let process = self.process.take();
        host.run(move || async move {
            if let Some(mut process) = process {
                process.kill().await.expect("it is killed");
            }
        });
    }
}

/// One row: two routers, a directory, a buyer and a seller.
pub struct Row {
    pub lab: Lab,
    pub over: Over,
    folder: TempDir,
    pub directory: Option<Running>,
    pub directory_host: Host,
    pub directory_at: String,
    pub routers: [Router; 2],
    pub buyer_host: Host,
    pub seller_host: Host,
    pub buyer: Option<Running>,
    pub seller: Option<Running>,
}

impl Drop for Row {
    fn drop(&mut self) {
        // Programs go before the places where they run.
        self.buyer = None;
        self.seller = None;
        self.directory = None;
    }
}

impl Row {
    /// Everything runs, and the seller is reached from outside.
    pub fn new(buyers: Nat, sellers: Nat, over: Over) -> Self {
        let mut lab = Lab::new();
        let (directory_host, directory_at) = lab.public("dir");
        let routers = [lab.router("nat-b", buyers), lab.router("nat-s", sellers)];
        let buyer_host = lab.home("buyer", &routers[0]);
        let seller_host = lab.home("seller", &routers[1]);
        let mut row = Self {
            lab,
            over,
            folder: tempfile::tempdir().expect("a folder"),
            directory: None,
            directory_host,
            directory_at,
            routers,
            buyer_host,
            seller_host,
            buyer: None,
            seller: None,
        };
        row.start_directory();
        row.seller = Some(row.peer(&row.seller_host, "seller", &seller("Chairs and more")));
        row.buyer = Some(row.peer(&row.buyer_host, "buyer", &buyer("Seongsu Studio")));
        for (host, peer) in [
            (&row.seller_host, &row.seller),
            (&row.buyer_host, &row.buyer),
        ] {
            reached(host, peer.as_ref().expect("a peer"));
        }
        row
    }

    /// Starts the directory, where it was before.
    pub fn start_directory(&mut self) {
        let arguments = vec![
            "directory".to_owned(),
            "--data".to_owned(),
            text(&self.folder.path().join("directory")),
            "--listen".to_owned(),
            self.over.at(&self.directory_at, PORT),
        ];
        self.directory = Some(Running::start(&self.directory_host, arguments));
    }

    fn peer(&self, host: &Host, name: &str, profile: &Value) -> Running {
        let data = self.folder.path().join(name);
        std::fs::create_dir_all(&data).expect("a folder");
        let file = data.join("profile.json");
        std::fs::write(&file, profile.to_string()).expect("a profile");
        let directory = self.directory.as_ref().expect("a directory");
        let at = format!(
            "{}/p2p/{}",
            self.over.at(&self.directory_at, PORT),
            directory.id()
        );
        let arguments = vec![
            "peer".to_owned(),
            "--data".to_owned(),
            text(&data),
            "--profile".to_owned(),
            text(&file),
            "--directory".to_owned(),
            at,
            "--listen".to_owned(),
            self.over.at("0.0.0.0", PORT),
        ];
        Running::start(host, arguments)
    }

    /// Sends a request for proposal and waits for the seller's receipt; tells which way it came.
    pub fn send(&self, title: &str) -> DeliveryWay {
        let buyer = self.buyer.as_ref().expect("a buyer").gateway();
        let seller = self.seller.as_ref().expect("a seller").id();
        let title = title.to_owned();
        self.buyer_host.run(move || async move {
            let sent: RfpSent = buyer
                .ask(RfpSend {
                    rfp: chairs(&title),
                    to: None,
                    groups: None,
                    radius_km: None,
                })
                .await
                .expect("it is sent");
            assert_eq!(sent.invited, [seller]);
            receipt(&buyer, sent.deal, seller).await
        })
    }
}

/// Waits for a seller's receipt of a request.
async fn receipt(buyer: &Gateway, deal: DealId, seller: PeerId) -> DeliveryWay {
    let look = async || {
        let asked = DeliveryList {
            deal,
            peer: Some(seller),
        };
        let rows = buyer.ask(asked).await?;
        Ok(rows.iter().find(|row| row.received_at.is_some()).cloned())
    };
    let mut events = buyer.events().await.expect("events");
    let row = soon("the receipt", events.until(look))
        .await
        .expect("a row");
    row.way.expect("the way is known")
}

/// Waits until a peer is registered and reached from outside.
pub fn reached(host: &Host, peer: &Running) {
    let gateway = peer.gateway();
    host.run(move || async move {
        let look = async || {
            let status = gateway.ask(NetworkStatus {}).await?;
            let outside = matches!(status.reach, Reachability::Relay | Reachability::Direct);
            let directories = gateway.ask(DirectoryStatus {}).await?;
            let is_registered = directories.iter().all(|one| one.registered_until.is_some());
            Ok((outside && is_registered).then_some(()))
        };
        let mut events = gateway.events().await.expect("events");
        soon("a way in", events.until(look))
            .await
            .expect("a way in");
    });
}

fn text(path: &Path) -> String {
    let path: PathBuf = path.into();
    path.into_os_string().into_string().expect("a path in text")
}

/// A request that fell behind a busy machine's hole punching goes through the relay; the same is tried anew then.
const TRIES: usize = 3;

fn plays(buyers: Nat, sellers: Nat, over: Over) {
    if !is_possible() {
        return;
    }
    let has = |nat| buyers == nat || sellers == nat;
    let wanted: &[DeliveryWay] = match (has(Nat::Symmetric), has(Nat::FullCone)) {
        (false, _) => &[DeliveryWay::Direct],
        (true, false) => &[DeliveryWay::Relay],
        // Whoever may knock at an open door is let in, from whatever port.
        (true, true) => &[DeliveryWay::Direct, DeliveryWay::Relay],
    };
    let mut ways = Vec::new();
    while !ways.last().is_some_and(|way| wanted.contains(way)) && ways.len() < TRIES {
        let row = Row::new(buyers, sellers, over);
        let start = Instant::now();
        ways.push(row.send("Chairs"));
        let took = start.elapsed();
        eprintln!("{buyers:?} to {sellers:?} over {over:?}: {ways:?} in {took:?}");
    }
    assert!(
        ways.last().is_some_and(|way| wanted.contains(way)),
        "{buyers:?} to {sellers:?} over {over:?}"
    );
}

#[test]
fn routers_that_keep_ports_let_two_peers_meet_over_quic() {
    plays(Nat::KeepsPort, Nat::KeepsPort, Over::Quic);
}

#[test]
fn routers_that_change_ports_let_two_peers_meet_over_quic() {
    plays(Nat::ChangesPort, Nat::ChangesPort, Over::Quic);
}

#[test]
fn routers_that_keep_ports_let_two_peers_meet_over_tcp() {
    plays(Nat::KeepsPort, Nat::ChangesPort, Over::Tcp);
}

#[test]
fn a_seller_behind_a_symmetric_router_is_reached_through_the_relay() {
    plays(Nat::KeepsPort, Nat::Symmetric, Over::Quic);
}

#[test]
fn every_pair_of_routers_lets_the_request_through() {
    if !is_whole() {
        eprintln!("skipped: OPENER_REACH=all runs all rows");
        return;
    }
    for over in [Over::Quic, Over::Tcp] {
        for buyers in Nat::ALL {
            for sellers in Nat::ALL {
                plays(buyers, sellers, over);
            }
        }
    }
}
