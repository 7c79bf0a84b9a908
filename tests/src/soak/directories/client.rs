//! A peer that registers, reports and looks, now here and now there.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use libp2p::{Multiaddr, PeerId as Libp2pPeer};
use opener_peer::{Clock, SystemClock};
use opener_trade::{
    DocumentId, Identity, PeerId, Reason, Verified,
    directory::{Request, Response},
    document::{Listing, LogHead, ReportReceipt},
    envelope::open_as,
    log::check_inclusion,
};
use tokio::{sync::watch, time::timeout};

use super::{
    CLIENTS, Places,
    ledger::Ledger,
    papers::{register, report, who},
    pass,
};
use crate::bench::bare::Bare;

const PROTOCOL: &str = "/opener/directory/1";

/// Seconds for one answer; whoever was killed gives none.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pause after a directory said that it was asked too often, or was not there.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection to one directory, where it was then.
struct Open {
    bare: Bare,
    server: (Libp2pPeer, Multiaddr),
    at: String,
}

pub(super) struct Client {
    number: u32,
    key: Identity,
    places: watch::Receiver<Places>,
    ledger: Arc<Ledger>,
    open: [Option<Open>; 2],
    turn: u64,
    seq: u64,
    deals: u64,
}

impl Client {
    pub(super) fn new(number: u32, places: watch::Receiver<Places>, ledger: Arc<Ledger>) -> Self {
        Self {
            number,
            key: who(number),
            places,
            ledger,
            open: [None, None],
            turn: 0,
            seq: 0,
            deals: 0,
        }
    }

    /// Asks without a pause until it is told to stop.
    pub(super) async fn run(mut self, closed: watch::Receiver<bool>) {
        while !*closed.borrow() {
            self.turn += 1;
            let place = ((self.turn / 3 + u64::from(self.number)) % 2) as usize;
            let asked = match self.turn % 6 {
                0 | 3 => self.register(place).await,
                1 => self.report(place).await,
                2 | 5 => self.look_up(place).await,
                _ => self.look_at_log(place).await,
            };
            if asked.is_err() {
                self.open[place] = None;
                self.ledger.unanswered();
                pass(PAUSE).await;
            }
        }
    }

    /// Looks for everything that was acknowledged.
    ///
    /// # Errors
    /// The directory does not answer.
    pub(super) async fn look_for_all(&mut self, place: usize) -> Result<()> {
        for peer in self.ledger.peers() {
            let least = self.ledger.least(&peer, true);
            let found = self.listing_of(place, peer).await?;
            if found.as_ref().is_none_or(|listing| listing.seq < least) {
                let seq = found.map(|listing| listing.seq);
                let what = format!("listing {least} of {peer} at {place}: found {seq:?}");
                self.ledger.lost(what);
            }
        }
        for terms in self.ledger.reports() {
            if !self.includes(place, terms).await? {
                self.ledger.lost(format!("terms {terms} at {place}"));
            }
        }
        Ok(())
    }

    async fn register(&mut self, place: usize) -> Result<()> {
        self.seq += 1;
        let request = register(&self.key, self.seq, SystemClock.now());
        match self.ask(place, &request).await? {
            Response::Registered { .. } => self.ledger.registered(self.key.peer_id(), self.seq),
            // One that was not answered may have been kept.
            Response::Refused {
                reason: Reason::Stale,
                ..
            } => {}
            other => self.unexpected("register", &other),
        }
        Ok(())
    }

    async fn report(&mut self, place: usize) -> Result<()> {
        self.deals += 1;
        let deal = (u64::from(self.number) << 32) | self.deals;
        let (request, terms) = report(&self.key, &who(1000 + self.number), deal);
        match self.ask(place, &request).await? {
            Response::Reported { receipt } => {
                let good = open_as::<ReportReceipt>(&receipt).is_ok_and(|it| it.terms == terms);
                if good {
                    self.ledger.reported(terms);
                } else {
                    self.ledger.wrong("a receipt is for other terms".to_owned());
                }
            }
            other => self.unexpected("report", &other),
        }
        Ok(())
    }

    async fn look_up(&mut self, place: usize) -> Result<()> {
        let peer = who((self.turn % u64::from(CLIENTS)) as u32).peer_id();
        let least = self.ledger.least(&peer, false);
        let found = self.listing_of(place, peer).await?;
        let seq = found.map_or(0, |listing| listing.seq);
        self.ledger.checked();
        if seq < least {
            let what = format!("{place} shows listing {seq} of {peer}, {least} was acknowledged");
            self.ledger.wrong(what);
        }
        Ok(())
    }

    async fn look_at_log(&mut self, place: usize) -> Result<()> {
        if let Some(terms) = self.ledger.some_report(self.turn as usize * 7919)
            && !self.includes(place, terms).await?
        {
            self.ledger
                .wrong(format!("{place} does not have terms {terms}"));
        }
        let Some(directory) = self.directory(place) else {
            return Ok(());
        };
        let older = self.ledger.head(&directory);
        let since = older.as_ref().map_or(0, |head| head.size);
        let request = Request::Head { since, also: None };
        match self.ask(place, &request).await? {
            Response::Head {
                head, consistency, ..
            } => match open_as::<LogHead>(&head) {
                Ok(newer) if newer.signer() == directory => {
                    self.ledger.took_head(older.as_deref(), newer, &consistency);
                }
                _ => self
                    .ledger
                    .wrong("a head is not its directory's".to_owned()),
            },
            other => self.unexpected("head", &other),
        }
        Ok(())
    }

    /// Whether terms are proved to stand in the log.
    async fn includes(&mut self, place: usize, terms: DocumentId) -> Result<bool> {
        match self.insist(place, &Request::Inclusion { terms }).await? {
            Response::Included { head, leaf, path } => {
                let head = open_as::<LogHead>(&head).context("a head")?;
                self.ledger.checked();
                Ok(check_inclusion(&head, terms, leaf, &path).is_ok())
            }
            Response::Refused {
                reason: Reason::NotAllowed,
                ..
            } => Ok(false),
            other => bail!("inclusion: {other:?}"),
        }
    }

    async fn listing_of(
        &mut self,
        place: usize,
        peer: PeerId,
    ) -> Result<Option<Verified<Listing>>> {
        match self.insist(place, &Request::Lookup { peer }).await? {
            Response::Found { seller } => {
                let listing = seller.map(|found| open_as::<Listing>(&found.listing));
                match listing.transpose() {
                    Ok(listing) => Ok(listing.filter(|it| it.signer() == peer)),
                    Err(error) => {
                        self.ledger.wrong(format!("a listing: {error}"));
                        Ok(None)
                    }
                }
            }
            other => bail!("lookup: {other:?}"),
        }
    }

    fn unexpected(&self, what: &str, response: &Response) {
        match response {
            Response::Refused { reason, .. } if *reason == Reason::RateLimited => {}
            Response::Refused { reason, .. } if reason.is_transient() => {}
            other => self.ledger.wrong(format!("{what}: {other:?}")),
        }
    }

    /// Asks until the answer is not that it was asked too often.
    async fn insist(&mut self, place: usize, request: &Request) -> Result<Response> {
        loop {
            let response = self.ask(place, request).await?;
            match response {
                Response::Refused {
                    reason: Reason::RateLimited,
                    ..
                } => {}
                other => return Ok(other),
            }
        }
    }

    /// Who is asked there.
    fn directory(&self, place: usize) -> Option<PeerId> {
        let open = self.open[place].as_ref()?;
        open.server.0.to_string().parse().ok()
    }

    async fn ask(&mut self, place: usize, request: &Request) -> Result<Response> {
        let bytes: Arc<[u8]> = minicbor::to_vec(request)?.into();
        self.connect(place).await?;
        let open = self.open[place].as_mut().context("connected")?;
        let mut answer = None;
        let server = open.server.clone();
        let asking = open
            .bare
            .ask_all(&server, std::slice::from_ref(&bytes), 1, |bytes| {
                answer = Some(minicbor::decode::<Response>(bytes)?);
                Ok(())
            });
        timeout(PATIENCE, asking).await??;
        let answer = answer.context("an answer")?;
        if let Response::Refused { reason, .. } = &answer
            && *reason == Reason::RateLimited
        {
            self.ledger.limited();
            pass(PAUSE).await;
        }
        Ok(answer)
    }

    /// Connects anew where the directory is now, unless it is there already.
    async fn connect(&mut self, place: usize) -> Result<()> {
        let now = self.places.borrow()[place].clone();
        let at = now.context("it is away")?;
        if self.open[place].as_ref().is_some_and(|open| open.at == at) {
            return Ok(());
        }
        let address: Multiaddr = at.parse()?;
        let peer = address.iter().find_map(|part| match part {
            libp2p::multiaddr::Protocol::P2p(peer) => Some(peer),
            _ => None,
        });
        let mut bare = Bare::new(*self.key.seed(), PROTOCOL)?;
        timeout(PATIENCE, bare.connect(&address)).await??;
        let peer = peer.context("the address names a peer")?;
        let server = (peer, address);
        self.open[place] = Some(Open { bare, server, at });
        Ok(())
    }
}
