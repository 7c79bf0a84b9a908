//! Many sellers behind one address.

use std::{sync::Arc, time::Instant};

use opener_net::{Config, Event, Network, Protocol, is_relayed, spawn};
use opener_tests::world::soon;
use opener_trade::Address;

use crate::{
    lab::{Lab, Nat, PORT, is_possible},
    row::{Over, Running},
};

/// Sellers in the office.
const SELLERS: u8 = 200;

fn config(seed: u8, listen: &str) -> Config {
    Config {
        listen: vec![Address::new(listen).expect("an address")],
        ..Config::peer([seed; 32].into())
    }
}

#[test]
fn two_hundred_sellers_behind_one_office_address_are_all_reached() {
    if !is_possible() {
        return;
    }
    let mut lab = Lab::new();
    let (directory_host, at) = lab.public("dir");
    let router = lab.router("office", Nat::Symmetric);
    let office = lab.home("desks", &router);
    let (buyer, _) = lab.public("buyer");
    let folder = tempfile::tempdir().expect("a folder");
    let listen = Over::Quic.at(&at, PORT);
    let data = folder.path().to_str().expect("a path").to_owned();
    let arguments = ["directory", "--data", &data, "--listen", &listen];
    let directory = Running::start(&directory_host, arguments.map(str::to_owned).to_vec());
    let relay = directory.id();
    let at = Address::new(&listen).expect("an address");
    let start = Instant::now();

    let sellers = office.run(move || async move {
        let mut sellers = Vec::new();
        for seed in 1..=SELLERS {
            let mut net = spawn(config(seed, "/ip4/0.0.0.0/udp/0/quic-v1")).expect("a seller");
            net.use_relays(vec![(relay, vec![at.clone()])]).await;
            sellers.push(net);
        }
        let mut reached = Vec::new();
        for mut net in sellers {
            let id = net.local();
            let through = soon("a way in", async {
                loop {
                    match net.next().await.expect("an event") {
                        Event::Listening { address } if is_relayed(&address) => break address,
                        _ => {}
                    }
                }
            });
            reached.push((id, through.await));
            tokio::spawn(async move {
                while let Some(event) = net.next().await {
                    if let Event::Request { bytes, reply, .. } = event {
                        net.reply(reply, bytes).await;
                    }
                }
            });
        }
        reached
    });
    eprintln!("{SELLERS} reservations in {:?}", start.elapsed());
    let start = Instant::now();
    buyer.run(move || async move {
        let mut net = spawn(config(250, "/ip4/0.0.0.0/udp/4001/quic-v1")).expect("a buyer");
        let mut asked = std::collections::HashSet::new();
        for (id, through) in sellers {
            let bytes = Arc::from(&b"hello"[..]);
            asked.insert(
                net.request(id, vec![through], Protocol::Deliver, bytes)
                    .await,
            );
        }
        while !asked.is_empty() {
            match soon("an answer", net.next()).await.expect("an event") {
                Event::Response { id, .. } => assert!(asked.remove(&id)),
                Event::Failed { error, .. } => panic!("{error}, {} to go", asked.len()),
                _ => {}
            }
        }
    });
    eprintln!("{SELLERS} deliveries in {:?}", start.elapsed());
    drop(directory);
}
