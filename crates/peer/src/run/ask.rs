//! What is asked of directories, and what they answer.

use std::sync::Arc;

use opener_net::{Network, Protocol, RequestError, is_relayed};
use opener_store::DueReport;
use opener_trade::{
    Address, Duration, PeerId, Reason, Timestamp, Verified,
    directory::{Query, Request, Response},
    document::{Listing, ReportReceipt},
    envelope::open_as,
    limits::ADDRESSES,
};

use super::Runner;
use crate::{
    Clock, Event, PeerError,
    directories::{Ask, Purpose, is_forged, is_loopback},
};

/// A listing is signed again each day, long before it expires.
const SIGN_AGAIN: Duration = Duration::from_secs(24 * 3600);

impl<N: Network, C: Clock> Runner<N, C> {
    /// Asks what is due: registration, renewal, time, stamps, reports.
    pub(super) async fn ask_due(&mut self, now: Timestamp) -> Result<(), PeerError> {
        for search in self.searches.overdue(now) {
            self.finish_search(search).await;
        }
        for (directory, ask, request) in self.directories.due(now) {
            self.ask(directory, ask, &request).await;
        }
        for due in self.engine.stamps_due(now).await? {
            let hash = due.document;
            for directory in due.directories {
                self.ask(directory, Ask::Stamp, &Request::Stamp { hash })
                    .await;
            }
        }
        for due in self.engine.reports_due(now).await? {
            let under_way = self.asks.values().any(|(directory, ask, _)| {
                *directory == due.directory
                    && matches!(ask, Ask::Report(other) if other.report.terms == due.report.terms)
            });
            let (Some(by_buyer), Some(by_seller)) = (&due.report.by_buyer, &due.report.by_seller)
            else {
                continue;
            };
            if under_way || !self.directories.contains(&due.directory) {
                continue;
            }
            let request = Request::Report {
                by_buyer: by_buyer.clone().into(),
                by_seller: by_seller.clone().into(),
            };
            self.engine.report_sent(now, &due).await?;
            self.ask(due.directory, Ask::Report(Box::new(due)), &request)
                .await;
        }
        Ok(())
    }

    pub(super) async fn ask(&mut self, directory: PeerId, ask: Ask, request: &Request) {
        let Ok(bytes) = minicbor::to_vec(request) else {
            return;
        };
        let addresses = self.directories.address(&directory);
        let id = self
            .net
            .request(directory, addresses, Protocol::Directory, bytes.into())
            .await;
        self.asks.insert(id, (directory, ask, self.clock.now()));
    }

    /// Begins a search; without directories it ends at once with the sellers already known.
    pub(super) async fn search(&mut self, query: Query, purpose: Purpose) {
        let directories = self.directories.peers();
        let number = self
            .searches
            .begin(query.clone(), purpose, &directories, self.clock.now());
        for (directory, ask, request) in self.directories.ask_all(&query, number) {
            self.ask(directory, ask, &request).await;
        }
        self.finish_search(number).await;
    }

    pub(super) async fn take_directory_answer(
        &mut self,
        directory: PeerId,
        ask: Ask,
        asked: Timestamp,
        answer: Result<Arc<[u8]>, RequestError>,
    ) {
        let now = self.clock.now();
        let response = answer.map_err(|error| error.to_string()).and_then(|bytes| {
            minicbor::decode::<Response>(&bytes)
                .map_err(|_| "the directory's answer cannot be read".to_owned())
        });
        match &response {
            Ok(_) => self.directories.answered(directory, now),
            Err(why) => self.directories.failed(directory, &ask, why.clone(), now),
        }
        // Who asks for sellers is not told that a directory answered: it would ask again for ever.
        let concerns_us = !matches!(ask, Ask::Match { .. } | Ask::Lookup) || response.is_err();
        if let Err(error) = self.take_response(directory, ask, asked, response).await {
            tracing::error!(%error, "a directory's answer could not be stored");
        }
        if concerns_us {
            self.tell(Event::Directories);
        }
    }

    async fn take_response(
        &mut self,
        directory: PeerId,
        ask: Ask,
        asked: Timestamp,
        response: Result<Response, String>,
    ) -> Result<(), PeerError> {
        let now = self.clock.now();
        match (ask, response) {
            (Ask::Register { seq }, Ok(Response::Registered { online_until, .. })) => {
                self.directories
                    .registered(directory, seq, online_until, now);
            }
            (Ask::Renew, Ok(Response::Registered { online_until, .. })) => {
                if let Some(seq) = self.directories.listing().map(|listing| listing.seq) {
                    self.directories
                        .registered(directory, seq, online_until, now);
                }
            }
            (Ask::Register { .. } | Ask::Renew, Ok(other)) => {
                self.directories.refused(directory, &words(&other), now);
            }
            (Ask::Time, Ok(Response::Time { now: theirs })) => {
                self.directories.measured(directory, theirs, asked, now);
                self.engine.measure_directories(self.directories.skews());
            }
            (
                Ask::Lookup,
                Ok(Response::Found {
                    seller: Some(found),
                }),
            ) => match open_as::<Listing>(&found.listing) {
                Ok(listing) => self.take_found(now, listing, found.online).await?,
                Err(error) if is_forged(&error) => self.note_forgery(directory, now),
                Err(_) => {}
            },
            (Ask::Stamp, Ok(Response::Stamped { stamp })) => {
                self.engine.stamped(now, directory, &stamp).await?;
            }
            (Ask::Match { search }, response) => {
                self.take_matches(directory, search, response.ok()).await
            }
            (Ask::Report(due), response) => {
                self.take_report(now, &due, directory, response).await?
            }
            (Ask::Head { question, proofs }, Ok(response)) => {
                self.take_head(now, directory, *question, proofs, response)
                    .await?;
            }
            (Ask::Inclusion(wanted), Ok(response)) => {
                self.take_inclusion(now, &wanted, &response).await?;
            }
            (Ask::Prices { number }, response) => {
                self.take_prices(directory, number, response.ok());
            }
            _ => {}
        }
        Ok(())
    }

    /// Where a peer that was not reached says that it is now.
    async fn take_found(
        &mut self,
        now: Timestamp,
        listing: Verified<Listing>,
        online: bool,
    ) -> Result<(), PeerError> {
        if self.engine.learn_found(now, &listing, online).await? {
            let addresses = listing.addresses.to_vec();
            self.net.learn(listing.from, addresses).await;
        }
        Ok(())
    }

    async fn take_matches(&mut self, directory: PeerId, number: u64, response: Option<Response>) {
        let now = self.clock.now();
        let me = self.engine.peer_id();
        let Some(search) = self.searches.get_mut(number) else {
            return;
        };
        let next = match response {
            Some(Response::Matches { sellers, next, .. }) => {
                search.add_page(directory, &sellers, next, now, me)
            }
            _ => {
                search.give_up(directory);
                None
            }
        };
        let forged = search.forgers.remove(&directory);
        let query = search.query.clone();
        if forged {
            self.note_forgery(directory, now);
        }
        if let Some(offset) = next {
            let query = Query { offset, ..query };
            self.ask(
                directory,
                Ask::Match { search: number },
                &Request::Match { query },
            )
            .await;
        }
        self.finish_search(number).await;
    }

    async fn finish_search(&mut self, number: u64) {
        let Some(search) = self.searches.take_complete(number) else {
            return;
        };
        let now = self.clock.now();
        let listings = search.listings();
        if !listings.is_empty()
            && let Err(error) = self
                .engine
                .learn_listings(now, &listings, "directory")
                .await
        {
            tracing::error!(%error, "found sellers could not be remembered");
        }
        // With an answer the directories decide who is there; without one, what we know has to do.
        let known = match search.was_answered() {
            true => Ok(Vec::new()),
            false => self.engine.known_sellers(now, &search.query).await,
        };
        let (known, failed) = match known {
            Ok(known) => (known, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let (found, purpose) = search.finish(known);
        match (purpose, failed) {
            (Purpose::Show(answer), None) => drop(answer.send(Ok(found))),
            (Purpose::Show(answer), Some(error)) => drop(answer.send(Err(error))),
            (Purpose::Send { answer, .. }, Some(error)) => drop(answer.send(Err(error))),
            (Purpose::Send { rfp, answer }, None) => {
                let sellers = found
                    .sellers
                    .iter()
                    .map(|seller| seller.listing.from)
                    .collect();
                let sent = self.send_rfp(*rfp, sellers, found).await;
                let _ = answer.send(sent);
            }
        }
    }

    async fn take_report(
        &mut self,
        now: Timestamp,
        due: &DueReport,
        directory: PeerId,
        response: Result<Response, String>,
    ) -> Result<(), PeerError> {
        match response {
            Ok(Response::Reported { receipt }) => match open_as::<ReportReceipt>(&receipt) {
                Ok(signed) if signed.signer() == directory && signed.terms == due.report.terms => {
                    self.engine.reported(now, due, Ok(&receipt)).await
                }
                _ => {
                    let why = "the directory's receipt is not its own";
                    self.engine.reported(now, due, Err((None, why))).await
                }
            },
            Ok(Response::Refused { reason, detail }) => {
                self.engine
                    .reported(now, due, Err((Some(reason), detail.as_str())))
                    .await
            }
            Ok(_) => {
                self.engine
                    .reported(
                        now,
                        due,
                        Err((Some(Reason::Malformed), "not an answer to a report")),
                    )
                    .await
            }
            Err(why) => self.engine.reported(now, due, Err((None, &why))).await,
        }
    }

    /// Signs a listing when profile or addresses have changed, and tells the partners of open deals.
    pub(super) async fn refresh_listing(&mut self, now: Timestamp) -> Result<(), PeerError> {
        if self.listing_due.is_none_or(|due| now < due) {
            return Ok(());
        }
        let addresses = public_addresses(&self.addresses);
        if let Some(listing) = self.engine.sign_listing(now, &addresses).await? {
            if self.announced != addresses {
                self.engine.announce(now, &listing).await?;
                self.announced = addresses;
            }
            self.directories.set_listing(listing, now);
        }
        self.listing_due = Some(now.plus(SIGN_AGAIN));
        Ok(())
    }
}

/// The addresses that others can use, as many as a listing holds: loopback only where there is nothing else, and relays
/// last, for whom half the room is kept.
fn public_addresses(addresses: &[Address]) -> Vec<Address> {
    let elsewhere = addresses.iter().filter(|address| !is_loopback(address));
    let (relayed, mut direct): (Vec<_>, Vec<_>) = elsewhere.cloned().partition(is_relayed);
    if direct.is_empty() && relayed.is_empty() {
        return addresses.to_vec();
    }
    let kept = relayed.len().min(ADDRESSES / 2);
    direct.truncate(ADDRESSES - kept);
    direct.extend(relayed.into_iter().take(kept));
    direct
}

fn words(response: &Response) -> String {
    match response {
        Response::Refused { reason, detail } => format!("{reason}: {detail}"),
        _ => "the directory answered something else".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Address {
        Address::new(text).unwrap()
    }

    #[test]
    fn a_listing_has_room_for_relays_however_many_interfaces_there_are() {
        let relayed = at("/ip4/9.0.0.1/tcp/1/p2p/x/p2p-circuit");
        let mut addresses: Vec<Address> = (0..40)
            .map(|n| at(&format!("/ip4/10.0.0.{n}/tcp/1")))
            .collect();
        addresses.push(at("/ip4/127.0.0.1/tcp/1"));
        addresses.push(relayed.clone());
        let told = public_addresses(&addresses);
        assert_eq!(told.len(), ADDRESSES);
        assert_eq!(told.last(), Some(&relayed));
        assert!(!told.iter().any(is_loopback));
        let alone = [at("/ip4/127.0.0.1/tcp/1")];
        assert_eq!(public_addresses(&alone), alone);
    }
}
