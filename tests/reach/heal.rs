//! What breaks in the middle of a deal, and heals.

use std::time::Instant;

use crate::{
    lab::{Nat, is_possible, is_whole},
    row::{Over, Row},
};

/// Breaks something between two requests; both arrive.
fn heals(what: &str, nat: Nat, over: Over, breaks: impl FnOnce(&mut Row)) {
    if !is_possible() {
        return;
    }
    let mut row = Row::new(Nat::KeepsPort, nat, over);
    row.send("Chairs before");
    breaks(&mut row);
    let start = Instant::now();
    let way = row.send("Chairs after");
    eprintln!(
        "{what} over {over:?}: healed in {:?}, {way:?}",
        start.elapsed()
    );
}

fn moves(row: &mut Row) {
    let router = row.lab.router("nat-t", Nat::KeepsPort);
    router.plug(&row.seller_host, "eth1");
    row.seller_host.ip(&["addr", "flush", "dev", "eth0"]);
    row.seller_host.ip(&["link", "set", "eth0", "down"]);
    row.seller_host
        .address("eth1", &format!("{}/24", router.inside()));
    row.seller_host.route(&router.gateway());
    row.routers[1] = router;
}

fn restarts(row: &mut Row) {
    if let Some(directory) = row.directory.take() {
        directory.crash(&row.directory_host);
    }
    row.start_directory();
}

#[test]
fn a_router_that_forgets_its_mappings() {
    heals("a router that forgets", Nat::Symmetric, Over::Quic, |row| {
        row.routers[1].forget();
    });
}

#[test]
fn a_seller_that_changes_its_network() {
    heals("a new network", Nat::Symmetric, Over::Quic, moves);
}

#[test]
fn a_relay_that_restarts() {
    heals(
        "a new start of the relay",
        Nat::Symmetric,
        Over::Quic,
        restarts,
    );
}

#[test]
fn all_of_it_over_tcp() {
    if !is_whole() {
        eprintln!("skipped: OPENER_REACH=all runs all rows");
        return;
    }
    for nat in [Nat::KeepsPort, Nat::Symmetric] {
        heals("a router that forgets", nat, Over::Tcp, |row| {
            row.routers[1].forget();
        });
        heals("a new network", nat, Over::Tcp, moves);
        heals("a new start of the relay", nat, Over::Tcp, restarts);
    }
}
