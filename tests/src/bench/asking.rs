//! `announce` and `lookup`: a directory on its sockets against a bare echo of the same bytes.
//!
//! The same bare clients ask both, in the same process, with as many requests in flight: what differs is the server.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use libp2p::{Multiaddr, PeerId};
use minicbor::bytes::ByteVec;
use opener_directory::{Config, Database, Directory, Limits, Running, serve};
use opener_trade::{
    Identity, Timestamp,
    directory::{Request, Response},
    document::Listing,
    sign,
};
use serde::Serialize;
use tokio::{runtime::Runtime, task::JoinHandle};

use super::{
    bare::Bare,
    kit::{Comparison, compare},
    sellers::{listing, seller_key},
};

/// The directory's protocol.
const PROTOCOL: &str = "/opener/directory/1";

/// Clients, each with a key and a connection of its own.
const CLIENTS: u32 = 16;

/// Requests that a client has in flight: as many as ours has.
const AT_ONCE: usize = 8;

/// Requests of one client in one turn.
const EACH: usize = 64;

/// Listings that the directory holds beside those of the clients.
const LISTINGS: u32 = 1000;

/// Shares of the echo's speed that are required.
const RENEW: f64 = 0.6;
const REGISTER: f64 = 0.4;
const LOOKUP: f64 = 0.7;

/// What was counted in one turn.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Counts {
    /// Requests, each answered.
    pub messages: usize,
    /// Bytes of a request.
    pub request_bytes: usize,
    /// Bytes of an answer.
    pub answer_bytes: usize,
    /// Signatures that the directory checks.
    pub signatures: usize,
}

/// What was found of one request.
#[derive(Debug, Serialize)]
pub struct Asked {
    /// Which.
    pub request: &'static str,
    /// The share of the echo's speed that is required.
    pub required: f64,
    /// What was counted.
    pub counts: Counts,
    /// Ours against the echo.
    #[serde(flatten)]
    pub compared: Comparison,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Outcome {
    bench: &'static str,
    /// Request by request.
    pub asked: Vec<Asked>,
    /// The run was too noisy to say anything.
    pub void: bool,
    /// All that is required holds.
    pub good: bool,
}

impl Outcome {
    fn of(bench: &'static str, asked: Vec<Asked>) -> Self {
        let void = asked.iter().any(|asked| asked.compared.void);
        let slow = |asked: &Asked| asked.compared.ratio.median < asked.required;
        Self {
            bench,
            good: !void && !asked.iter().any(slow),
            void,
            asked,
        }
    }
}

/// `renew` and `register` against an echo.
///
/// # Errors
/// The directory does not start, or refuses.
pub fn announce(rounds: usize) -> Result<Outcome> {
    let runtime = Runtime::new()?;
    let renew = runtime.block_on(Pair::new(|_, _| Request::Renew { seq: 1 }))?;
    let asked = vec![
        renew.compare(&runtime, "renew", RENEW, rounds, 0)?,
        register(&runtime, rounds)?,
    ];
    Ok(Outcome::of("announce", asked))
}

/// `lookup` against an echo.
///
/// # Errors
/// The directory does not start, or refuses.
pub fn lookup(rounds: usize) -> Result<Outcome> {
    let runtime = Runtime::new()?;
    let pair = runtime.block_on(Pair::new(|client, number| {
        let of = (client * 61 + u32::try_from(number).unwrap_or_default() * 7) % LISTINGS;
        Request::Lookup {
            peer: seller_key(of).peer_id(),
        }
    }))?;
    let asked = vec![pair.compare(&runtime, "lookup", LOOKUP, rounds, 0)?];
    Ok(Outcome::of("lookup", asked))
}

/// Every registration has a `seq` above the one before, and is signed before it is measured.
fn register(runtime: &Runtime, rounds: usize) -> Result<Asked> {
    let turns = 1 + 2 * rounds;
    let pair = runtime.block_on(Pair::new(|client, number| {
        registration(client, number as u64 + 2)
    }))?;
    let mut batches = Vec::with_capacity(turns);
    for turn in 0..turns {
        let of = |client: u32| -> Result<Vec<Arc<[u8]>>> {
            let first = 3 + (turn * EACH) as u64;
            let seqs = first..first + EACH as u64;
            seqs.map(|seq| encoded(&registration(client, seq)))
                .collect()
        };
        batches.push((0..CLIENTS).map(of).collect::<Result<Vec<_>>>()?);
    }
    let Pair {
        clients,
        directory,
        echo,
        requests,
        answer_bytes,
        ..
    } = pair;
    let clients = std::cell::RefCell::new(clients);
    let mut batches = batches.into_iter();
    // One at a time of each client: a listing that overtakes the one before would be refused as stale.
    let compared = compare(
        rounds,
        CLIENTS as usize * EACH,
        || {
            let batch = batches.next().expect("a batch for every turn");
            ask(runtime, &mut clients.borrow_mut(), &directory, &batch, 1);
        },
        || ask(runtime, &mut clients.borrow_mut(), &echo, &requests, 1),
    );
    Ok(Asked {
        request: "register",
        required: REGISTER,
        counts: counts(&requests, answer_bytes, 1),
        compared,
    })
}

fn counts(requests: &[Vec<Arc<[u8]>>], answer_bytes: usize, signatures_each: usize) -> Counts {
    let messages = requests.iter().map(Vec::len).sum();
    let first = requests.first().and_then(|requests| requests.first());
    Counts {
        messages,
        request_bytes: first.map_or(0, |bytes| bytes.len()),
        answer_bytes,
        signatures: messages * signatures_each,
    }
}

/// The key of a client, apart from those of the sellers that are there already.
fn client_key(client: u32) -> Identity {
    seller_key(LISTINGS + client)
}

fn registration(client: u32, seq: u64) -> Request {
    let key = client_key(client);
    let listing = Listing {
        seq,
        ..listing(LISTINGS + client, now())
    };
    let signed = sign(&key, listing).expect("a good listing");
    Request::Register {
        listing: ByteVec::from(signed.bytes().to_vec()),
    }
}

/// The directory judges by its own clock.
fn now() -> Timestamp {
    opener_peer::Clock::now(&opener_peer::SystemClock)
}

fn encoded(request: &Request) -> Result<Arc<[u8]>> {
    Ok(minicbor::to_vec(request)?.into())
}

/// Where to ask.
type Server = (PeerId, Multiaddr);

/// A directory, an echo of what it answers, and clients of both.
struct Pair {
    clients: Vec<Bare>,
    directory: Server,
    echo: Server,
    requests: Vec<Vec<Arc<[u8]>>>,
    answer_bytes: usize,
    _folder: tempfile::TempDir,
    _running: Running,
    _echo: JoinHandle<()>,
}

impl Pair {
    async fn new(request: impl Fn(u32, usize) -> Request) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let limits = Limits {
            burst: u32::MAX,
            prefix_burst: u32::MAX,
            ..Limits::default()
        };
        fill(folder.path(), limits).await?;
        let config = Config {
            listen: vec!["/ip4/127.0.0.1/tcp/0".parse()?],
            limits,
            ..Config::new(folder.path())
        };
        let running = serve(config).await?;
        let address = running.addresses().into_iter().next();
        let full: Multiaddr = address.context("it listens")?.as_str().parse()?;
        let directory = server(&full)?;
        let requests: Vec<Vec<Arc<[u8]>>> = (0..CLIENTS)
            .map(|client| (0..EACH).map(|n| encoded(&request(client, n))).collect())
            .collect::<Result<_>>()?;

        let mut clients = Vec::new();
        let mut answer: Arc<[u8]> = Arc::from([]);
        for client in 0..CLIENTS {
            let mut bare = Bare::new(*client_key(client).seed(), PROTOCOL)?;
            bare.connect(&full).await?;
            // Once registered, its renewals are good; what it then asks first tells how long an answer is.
            let first = [
                encoded(&registration(client, 1))?,
                requests[client as usize][0].clone(),
            ];
            bare.ask_all(&directory, &first, 1, |bytes| {
                answer = bytes.into();
                good(bytes)
            })
            .await?;
            clients.push(bare);
        }
        let answer_bytes = answer.len();
        let (bare, at) = Bare::listening([0xec; 32], PROTOCOL, "/ip4/127.0.0.1/tcp/0").await?;
        let echo = (bare.id(), at);
        let echoing = tokio::spawn(bare.serve(move |_| answer.clone()));
        for client in &mut clients {
            client.connect(&echo.1).await?;
        }
        Ok(Self {
            clients,
            directory,
            echo,
            requests,
            answer_bytes,
            _folder: folder,
            _running: running,
            _echo: echoing,
        })
    }

    fn compare(
        self,
        runtime: &Runtime,
        request: &'static str,
        required: f64,
        rounds: usize,
        signatures_each: usize,
    ) -> Result<Asked> {
        let clients = std::cell::RefCell::new(self.clients);
        let all = |server: &Server| {
            ask(
                runtime,
                &mut clients.borrow_mut(),
                server,
                &self.requests,
                AT_ONCE,
            );
        };
        let operations = CLIENTS as usize * EACH;
        let compared = compare(
            rounds,
            operations,
            || all(&self.directory),
            || all(&self.echo),
        );
        Ok(Asked {
            request,
            required,
            counts: counts(&self.requests, self.answer_bytes, signatures_each),
            compared,
        })
    }
}

/// All clients ask at once.
fn ask(
    runtime: &Runtime,
    clients: &mut [Bare],
    server: &Server,
    requests: &[Vec<Arc<[u8]>>],
    at_once: usize,
) {
    let asking = clients
        .iter_mut()
        .zip(requests)
        .map(|(client, requests)| client.ask_all(server, requests, at_once, good));
    if let Err(error) = runtime.block_on(try_join_all(asking)) {
        panic!("a server that answered before: {error:#}");
    }
}

/// An answer that refuses is no answer. Refusals have the number 9.
fn good(bytes: &[u8]) -> Result<()> {
    if bytes.get(1) == Some(&9) {
        let response: Response = minicbor::decode(bytes)?;
        ensure!(
            !matches!(response, Response::Refused { .. }),
            "{response:?}"
        );
    }
    Ok(())
}

async fn fill(folder: &Path, limits: Limits) -> Result<()> {
    let now = now();
    let directory = Directory::open(folder, &Database::InFolder, limits, now).await?;
    for number in 0..LISTINGS {
        let key = seller_key(number);
        let signed = sign(&key, listing(number, now))?;
        let request = Request::Register {
            listing: ByteVec::from(signed.bytes().to_vec()),
        };
        let bytes = minicbor::to_vec(&request)?;
        good(&directory.answer(key.peer_id(), None, &bytes, now).await)?;
    }
    directory.close().await;
    Ok(())
}

/// Who listens at an address that ends in `/p2p/…`.
fn server(full: &Multiaddr) -> Result<Server> {
    let peer = full.iter().find_map(|part| match part {
        libp2p::multiaddr::Protocol::P2p(peer) => Some(peer),
        _ => None,
    });
    Ok((peer.context("the address names a peer")?, full.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_of_the_benches_is_served() {
        for outcome in [announce(1).unwrap(), lookup(1).unwrap()] {
            for asked in outcome.asked {
                assert_eq!(asked.counts.messages, CLIENTS as usize * EACH);
                assert!(asked.counts.answer_bytes > 4, "{asked:?}");
            }
        }
    }
}
