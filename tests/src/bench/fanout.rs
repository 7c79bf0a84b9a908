//! `fanout`: one request for proposal to a thousand sellers, against the same bytes to the same sellers from a bare peer.
//!
//! The sellers are bare as well, and the same for both: each checks the request and signs a receipt. They run on threads
//! of their own, which the buyer's CPU time leaves out.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result, ensure};
use libp2p::{Multiaddr, PeerId};
use opener_peer::{
    CallReach, Clock, Config, ContactEdit, Handle, KeyPlace, Recipients, SystemClock,
};
use opener_sim::papers;
use opener_trade::{
    Identity, Opened, Verified,
    document::{Document, Receipt, Rfp, Stage},
    envelope::open_as,
    open, sign,
};
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use super::{
    bare::Bare,
    kit::{Comparison, Turn, compare_turns, cpu_seconds_without, turn},
    sellers::seller_key,
};

const PROTOCOL: &str = "/opener/deliver/1";
/// What the sellers' threads are called.
const SELLERS: &str = "bench-sellers";
/// Requests in flight of the bare buyer: all dials over QUIC share one socket, whose buffer holds no more handshakes.
const AT_ONCE: usize = 16;

/// Times the bare buyer's CPU and wall time that ours may take.
const CPU_WARM: f64 = 1.5;
const WALL_WARM: f64 = 1.25;
const WALL_COLD: f64 = 1.10;

/// Bytes of a receipt beyond its payload at most.
const OVERHEAD: usize = 200;

/// What was counted of one request that went out.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Counts {
    /// Sellers.
    pub sellers: usize,
    /// Bytes of the request.
    pub rfp_bytes: usize,
    /// Different requests that the sellers saw: each has one signature.
    pub rfp_signatures: usize,
    /// Receipts that the buyer checked and kept.
    pub receipts: usize,
    /// Bytes of a receipt.
    pub receipt_bytes: usize,
}

/// What was found with connections open or not.
#[derive(Debug, Serialize)]
pub struct Sent {
    /// The connections were open already.
    pub warm: bool,
    /// What was counted the last time.
    pub counts: Counts,
    /// Ours against the bare buyer; CPU time is the buyer's alone.
    #[serde(flatten)]
    pub compared: Comparison,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Outcome {
    bench: &'static str,
    /// Cold, then warm.
    pub sent: Vec<Sent>,
    /// The run was too noisy to say anything.
    pub void: bool,
    /// All that is required holds.
    pub good: bool,
}

/// Compares cold and warm.
///
/// # Errors
/// A peer does not start, or a request does not arrive everywhere.
pub fn fanout(sellers: u32, rounds: usize) -> Result<Outcome> {
    let threads = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name(SELLERS)
        .enable_all()
        .build()?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let market = Market::open(&threads, sellers)?;
    let sent = vec![
        market.cold(&runtime, rounds)?,
        market.warm(&runtime, rounds)?,
    ];
    let void = sent.iter().any(|sent| sent.compared.void);
    let holds = |sent: &Sent| {
        let wall = 1.0 / sent.compared.ratio.median;
        let cpu = 1.0 / sent.compared.cpu_ratio.median;
        let counts = &sent.counts;
        let all = counts.receipts == sellers as usize && counts.rfp_signatures == 1;
        let quick = match sent.warm {
            true => cpu <= CPU_WARM && wall <= WALL_WARM,
            false => wall <= WALL_COLD,
        };
        all && quick
    };
    Ok(Outcome {
        bench: "fanout",
        good: !void && sent.iter().all(holds),
        void,
        sent,
    })
}

/// What the sellers saw.
#[derive(Default)]
struct Seen {
    answered: AtomicUsize,
    receipt_bytes: AtomicUsize,
}

struct Market {
    sellers: Vec<(PeerId, Multiaddr)>,
    seen: Arc<Seen>,
    folder: tempfile::TempDir,
    keys: Vec<Identity>,
}

/// A buyer on its folder.
async fn start(data: &Path) -> Result<Handle> {
    let config = Config {
        data: data.to_path_buf(),
        key: KeyPlace::Plain,
        listen: opener_net::loopback_listen(),
        directories: vec![],
        profile: Some(papers::buyer("Anna")),
        calls: CallReach::Loopback,
    };
    Ok(opener_peer::start(config).await?)
}

impl Market {
    fn open(threads: &Runtime, count: u32) -> Result<Self> {
        let seen = Arc::new(Seen::default());
        let mut sellers = Vec::new();
        let mut keys = Vec::new();
        for number in 0..count {
            let key = seller_key(number);
            let opening = Bare::listening(*key.seed(), PROTOCOL, "/ip4/127.0.0.1/udp/0/quic-v1");
            let (bare, at) = threads.block_on(opening)?;
            sellers.push((bare.id(), at));
            let (seen, mine) = (seen.clone(), seller_key(number));
            threads.spawn(bare.serve(move |bytes| receipt(&mine, bytes, &seen)));
            keys.push(key);
        }
        Ok(Self {
            sellers,
            seen,
            folder: tempfile::tempdir()?,
            keys,
        })
    }

    /// A buyer that knows where everybody is.
    async fn prepared(&self, name: &str) -> Result<Handle> {
        let buyer = start(&self.folder.path().join(name)).await?;
        for (key, (_, at)) in self.keys.iter().zip(&self.sellers) {
            let card = opener_peer::Card::Address {
                peer: key.peer_id(),
                addresses: vec![at.to_string().parse()?],
            };
            buyer.add_contact(card, ContactEdit::default()).await?;
        }
        Ok(buyer)
    }

    /// A request goes out and everybody's receipt comes back.
    async fn send(&self, buyer: &Handle) -> Result<Arc<Verified<Document<Rfp>>>> {
        let mut events = buyer.subscribe();
        let answered = || self.seen.answered.load(Ordering::Relaxed);
        let (seen, kept) = (answered(), buyer.status().await?.deliveries.received);
        let rfp = Box::new(papers::rfp(SystemClock.now()));
        let everybody = self.keys.iter().map(Identity::peer_id).collect();
        let sent = buyer.send_rfp(rfp, Recipients::Named(everybody)).await?;
        // Asked only once everybody has answered, so that asking takes no time from the sending.
        loop {
            let is_kept = async || {
                let received = buyer.status().await?.deliveries.received;
                anyhow::Ok(received - kept >= self.keys.len())
            };
            if answered() - seen >= self.keys.len() && is_kept().await? {
                return Ok(sent.rfp);
            }
            // One that fell behind asks again, too.
            let _something = events.recv().await;
        }
    }

    async fn counts(&self, buyer: &Handle, rfp: &Verified<Document<Rfp>>) -> Result<Counts> {
        let records = buyer.records(rfp.header.deal, None).await?;
        let requests = records
            .iter()
            .filter(|record| matches!(&*record.document, Opened::Rfp(_)));
        let receipts: Vec<_> = records.iter().flat_map(|record| &record.receipts).collect();
        for receipt in &receipts {
            let opened = open_as::<Receipt>(receipt)?;
            let payload = minicbor::to_vec(&*opened)?.len();
            ensure!(
                receipt.len() <= payload + OVERHEAD,
                "a receipt is too large"
            );
        }
        Ok(Counts {
            sellers: self.keys.len(),
            rfp_bytes: rfp.bytes().len(),
            rfp_signatures: requests.count(),
            receipts: receipts.len(),
            receipt_bytes: self.seen.receipt_bytes.load(Ordering::Relaxed),
        })
    }

    /// Each turn has a buyer that has dealt with nobody: to those with whom a deal is open, a peer that starts would first
    /// tell where it is now.
    fn cold(&self, runtime: &Runtime, rounds: usize) -> Result<Sent> {
        let prepared = runtime.block_on(self.prepared("new"))?;
        runtime.block_on(prepared.shutdown());
        let mut number = 0_u32;
        let mut fresh = || {
            number += 1;
            let data = self.folder.path().join(format!("cold-{number}"));
            copied(&self.folder.path().join("new"), &data).expect("a copy of a folder");
            runtime.block_on(start(&data)).expect("a buyer")
        };
        let first = fresh();
        let rfp = runtime.block_on(self.send(&first))?;
        let counts = runtime.block_on(self.counts(&first, &rfp))?;
        runtime.block_on(first.shutdown());
        let bytes: Arc<[u8]> = rfp.bytes().to_vec().into();
        let mut keys = 0_u32;
        let compared = compare_turns(
            rounds,
            self.sellers.len(),
            || {
                let buyer = fresh();
                let took = self.measured(runtime, self.send(&buyer));
                runtime.block_on(buyer.shutdown());
                took
            },
            || {
                keys += 1;
                let mut bare = bare(keys);
                self.measured(runtime, self.tell(&mut bare, &bytes))
            },
        );
        Ok(Sent {
            warm: false,
            counts,
            compared,
        })
    }

    fn warm(&self, runtime: &Runtime, rounds: usize) -> Result<Sent> {
        let buyer = runtime.block_on(self.prepared("warm"))?;
        let rfp = runtime.block_on(self.send(&buyer))?;
        let counts = runtime.block_on(self.counts(&buyer, &rfp))?;
        let bytes: Arc<[u8]> = rfp.bytes().to_vec().into();
        let mut bare = bare(0);
        runtime.block_on(self.tell(&mut bare, &bytes))?;
        let compared = compare_turns(
            rounds,
            self.sellers.len(),
            || self.measured(runtime, self.send(&buyer)),
            || self.measured(runtime, self.tell(&mut bare, &bytes)),
        );
        runtime.block_on(buyer.shutdown());
        Ok(Sent {
            warm: true,
            counts,
            compared,
        })
    }

    async fn tell(&self, bare: &mut Bare, bytes: &Arc<[u8]>) -> Result<()> {
        let mut answered = 0;
        bare.tell_all(&self.sellers, bytes, AT_ONCE, |receipt| {
            answered += usize::from(!receipt.is_empty());
            Ok(())
        })
        .await?;
        ensure!(answered == self.sellers.len(), "{answered} receipts");
        Ok(())
    }

    fn measured<T>(&self, runtime: &Runtime, sending: impl Future<Output = Result<T>>) -> Turn {
        turn(
            || cpu_seconds_without(SELLERS),
            || {
                let sent = runtime.block_on(sending);
                assert!(sent.is_ok(), "{:?}", sent.err());
            },
        )
    }
}

/// Copies a folder of a peer that does not run.
fn copied(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copied(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn bare(number: u32) -> Bare {
    let mut seed = [0xb0; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    Bare::new(seed, PROTOCOL).expect("a bare peer")
}

/// What a seller answers: its receipt, or nothing for what is no request.
fn receipt(me: &Identity, bytes: &[u8], seen: &Seen) -> Arc<[u8]> {
    let signed = || -> Result<Vec<u8>> {
        let Opened::Rfp(rfp) = open(bytes)? else {
            return Err(anyhow::Error::msg("no request"));
        };
        let receipt = Receipt {
            document: rfp.id(),
            deal: rfp.header.deal,
            from: me.peer_id(),
            to: rfp.header.from,
            stage: Stage::Received,
            at: SystemClock.now(),
        };
        Ok(sign(me, receipt).context("a receipt")?.bytes().to_vec())
    };
    let receipt = signed().unwrap_or_default();
    seen.receipt_bytes.store(receipt.len(), Ordering::Relaxed);
    seen.answered.fetch_add(1, Ordering::Relaxed);
    receipt.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seller_gets_the_one_request_and_gives_a_receipt() {
        let outcome = fanout(12, 1).unwrap();
        for sent in &outcome.sent {
            assert_eq!(sent.counts.receipts, 12, "{sent:?}");
            assert_eq!(sent.counts.rfp_signatures, 1);
        }
    }
}
