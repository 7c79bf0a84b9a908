//! A directory and peers on real loopback sockets.

use std::{sync::Arc, time::Duration};

use opener_directory::{Config, Running, serve};
use opener_net::{Event, Network, Protocol, Sockets, loopback_listen, spawn, split_peer};
use opener_trade::{
    Address, Identity, PeerId, Timestamp,
    directory::{Query, Request, Response},
    document::Stamp,
    envelope, sign,
};
use tokio::time::timeout;

use crate::kit::{decode, listing, peer, register, report, signer, terms, words};

/// Guard against a hang; no test waits for it to pass.
const GUARD: Duration = Duration::from_secs(40);

struct Client {
    identity: Identity,
    net: Sockets,
    directory: PeerId,
    at: Address,
}

impl Client {
    fn new(number: u32, directory: &Running, transport: &str) -> Self {
        let identity = peer(number);
        let net = spawn(opener_net::Config {
            listen: vec![],
            ..opener_net::Config::peer(identity.seed())
        });
        let addresses = directory.addresses();
        let at = addresses
            .iter()
            .find(|address| address.as_str().contains(transport))
            .unwrap();
        Self {
            identity,
            net: net.unwrap(),
            directory: directory.peer_id(),
            at: at.clone(),
        }
    }

    async fn ask(&mut self, request: &Request) -> Response {
        let bytes: Arc<[u8]> = minicbor::to_vec(request).unwrap().into();
        let addresses = vec![self.at.clone()];
        let asked = self
            .net
            .request(self.directory, addresses, Protocol::Directory, bytes)
            .await;
        loop {
            match timeout(GUARD, self.net.next()).await.unwrap().unwrap() {
                Event::Response { id, bytes, .. } if id == asked => return decode(&bytes),
                Event::Failed { id, error } if id == asked => panic!("{error}"),
                _ => {}
            }
        }
    }
}

async fn start(folder: &std::path::Path) -> Running {
    let config = Config {
        listen: loopback_listen(),
        ..Config::new(folder)
    };
    serve(config).await.unwrap()
}

async fn time(client: &mut Client) -> Timestamp {
    match client.ask(&Request::Time).await {
        Response::Time { now } => now,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sellers_register_buyers_find_them_and_both_report_over_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let directory = start(folder.path()).await;
    for address in directory.addresses() {
        assert_eq!(split_peer(&address).unwrap().1, Some(directory.peer_id()));
    }
    let mut seller = Client::new(1, &directory, "quic-v1");
    let mut buyer = Client::new(2, &directory, "/tcp/");

    let now = time(&mut seller).await;
    let mut offer = listing(&seller.identity, 1, "사무용의자 책상");
    offer.issued_at = now;
    offer.expires_at = now.plus(opener_trade::Duration::from_secs(3600));
    let offer = sign(&seller.identity, offer).unwrap();
    let registered = seller.ask(&register(&offer)).await;
    assert!(
        matches!(registered, Response::Registered { .. }),
        "{registered:?}"
    );

    let Response::Matches { sellers, total, .. } = buyer
        .ask(&Request::Match {
            query: words("의자"),
        })
        .await
    else {
        panic!("no matches");
    };
    assert_eq!(
        (total, signer(&sellers[0]), sellers[0].online),
        (1, offer.signer(), true)
    );

    let hash = offer.id();
    let Response::Stamped { stamp } = buyer.ask(&Request::Stamp { hash }).await else {
        panic!("no stamp");
    };
    let stamp = envelope::open_as::<Stamp>(&stamp).unwrap();
    assert_eq!((stamp.signer(), stamp.hash), (directory.peer_id(), hash));

    let terms = terms(&buyer.identity, &seller.identity, 1);
    let request = report(&terms, &buyer.identity, &seller.identity);
    let first = buyer.ask(&request).await;
    assert!(matches!(first, Response::Reported { .. }), "{first:?}");
    assert_eq!(seller.ask(&request).await, first);

    let metrics = crate::http::get(directory.http(), "/metrics").await;
    for line in [
        "\nopener_listings 1\n",
        "\nopener_online 1\n",
        "\nopener_reports 1\n",
        "\nopener_requests_total{method=\"report\"} 2\n",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    seller.net.shutdown().await;
    buyer.net.shutdown().await;
    directory.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_registers_for_another_over_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let directory = start(folder.path()).await;
    let mut liar = Client::new(2, &directory, "quic-v1");
    let victim = sign(&peer(1), listing(&peer(1), 1, "")).unwrap();
    let refused = liar.ask(&register(&victim)).await;
    assert!(matches!(refused, Response::Refused { .. }), "{refused:?}");
    directory.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_directory_stopped_in_order_starts_again_with_its_identity_and_listings() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path()).await;
    let id = first.peer_id();
    let mut seller = Client::new(1, &first, "quic-v1");
    let now = time(&mut seller).await;
    let mut offer = listing(&seller.identity, 1, "chairs");
    offer.issued_at = now;
    offer.expires_at = now.plus(opener_trade::Duration::from_secs(3600));
    seller
        .ask(&register(&sign(&seller.identity, offer).unwrap()))
        .await;
    let begun = std::time::Instant::now();
    first.shutdown().await;
    assert!(begun.elapsed() < opener_directory::limits::STOP);

    let second = start(folder.path()).await;
    assert_eq!(second.peer_id(), id);
    let mut buyer = Client::new(2, &second, "/tcp/");
    let Response::Matches { total, .. } = buyer
        .ask(&Request::Match {
            query: Query::default(),
        })
        .await
    else {
        panic!("no matches");
    };
    assert_eq!(total, 1);
    second.shutdown().await;
}
