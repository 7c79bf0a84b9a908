//! `register`, `renew`, `withdraw`, `match`, `lookup`.

use minicbor::bytes::ByteVec;
use opener_trade::switch::{Countermeasure, holds};
use opener_trade::{
    Category, List, PeerId, Reason, Timestamp,
    directory::{Match, Query, Response},
    document::Listing,
    envelope,
    limits::{MATCH_PAGE, MAX_LISTING_BYTES, MAX_RADIUS_KM},
};

use crate::{
    core::{Asker, Directory},
    index::{Hit, Index},
    limits::{CLOCK_SKEW, LISTING_LIFETIME, SEARCH_TOKENS, SEARCHED_PER_TOKEN},
    refusal::Refusal,
    store::{Change, Outcome},
};

impl Directory {
    pub(crate) async fn register(
        &self,
        from: PeerId,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        if bytes.len() > MAX_LISTING_BYTES {
            let detail = format!("a listing has at most {MAX_LISTING_BYTES} bytes");
            return Err(Refusal::new(Reason::TooLarge, detail));
        }
        let listing = envelope::open_as::<Listing>(bytes)?;
        if listing.signer() != from && holds(Countermeasure::ListingSigner) {
            return Err(Refusal::new(
                Reason::BadSignature,
                "a peer registers its own listing only",
            ));
        }
        check_times(&listing, now)?;
        let until = listing.expires_at;
        let entries = Index::entries_of(&listing) as u64;
        let listing = Box::new(listing);
        match self.change(Change::Put { listing, entries }, now).await? {
            Outcome::Stale(kept) => {
                let detail = format!("seq must rise, the listing kept has {kept}");
                Err(Refusal::new(Reason::Stale, detail))
            }
            Outcome::Full => Err(Refusal::new(
                Reason::RateLimited,
                "the directory is full, try another one",
            )),
            _ => Ok(Response::Registered {
                until,
                online_until: self.hear(from, now),
            }),
        }
    }

    pub(crate) fn renew(
        &self,
        from: PeerId,
        seq: u64,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let kept = self
            .known()
            .index
            .live(&from, now)
            .map(|l| (l.seq, l.expires_at));
        let Some((kept, until)) = kept else {
            return Err(Refusal::new(
                Reason::NotAllowed,
                "no listing of yours is kept: register",
            ));
        };
        if kept != seq {
            let detail = format!("the listing kept has seq {kept}: register");
            return Err(Refusal::new(Reason::Stale, detail));
        }
        Ok(Response::Registered {
            until,
            online_until: self.hear(from, now),
        })
    }

    pub(crate) async fn withdraw(&self, from: PeerId, now: Timestamp) -> Result<Response, Refusal> {
        self.change(Change::Withdraw(from), now).await?;
        Ok(Response::Withdrawn)
    }

    pub(crate) fn find(
        &self,
        from: Asker,
        query: &Query,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        check_query(query)?;
        let known = self.known();
        let candidates = known.index.candidates(query);
        self.pay(from, search_cost(candidates.len()), now)?;
        let page = known
            .index
            .search_among(&candidates, query, MATCH_PAGE, now);
        drop(candidates);
        drop(known);
        let end = (query.offset as usize).saturating_add(page.hits.len());
        let is_last = page.hits.is_empty() || end >= page.total;
        let sellers: Vec<Match> = page.hits.into_iter().map(seller).collect();
        Ok(Response::Matches {
            sellers: List::try_from(sellers)?,
            total: count(page.total),
            next: (!is_last).then(|| count(end)),
        })
    }

    pub(crate) fn look_up(&self, peer: &PeerId, now: Timestamp) -> Response {
        let known = self.known();
        let seller = known.index.live(peer, now).map(|listing| Match {
            listing: ByteVec::from(listing.bytes().to_vec()),
            distance_m: None,
            online: known.index.is_online(peer, now),
        });
        Response::Found { seller }
    }
}

fn check_times(listing: &Listing, now: Timestamp) -> Result<(), Refusal> {
    if listing.issued_at > now.plus(CLOCK_SKEW) {
        let detail = format!("issued_at lies ahead of the directory's clock, which reads {now}");
        return Err(Refusal::new(Reason::ClockSkew, detail));
    }
    if listing.expires_at <= now {
        return Err(Refusal::new(Reason::Expired, "the listing has expired"));
    }
    if listing.expires_at.since(listing.issued_at) > LISTING_LIFETIME {
        let detail = "expires_at lies at most thirty days after issued_at";
        return Err(Refusal::new(Reason::NotAllowed, detail));
    }
    Ok(())
}

/// Whether a listing is older than the one that is kept, or another of the same `seq`.
pub(crate) fn is_stale(kept: u64, seq: u64) -> bool {
    kept >= seq && holds(Countermeasure::ListingSequence)
}

fn check_query(query: &Query) -> Result<(), Refusal> {
    for category in &query.categories {
        Category::check(category)?;
    }
    if let Some(place) = &query.place {
        place.check()?;
    }
    if query.radius_km.is_some_and(|km| km > MAX_RADIUS_KM) {
        let detail = format!("radius_km is at most {MAX_RADIUS_KM}");
        return Err(Refusal::new(Reason::Malformed, detail));
    }
    Ok(())
}

fn seller(hit: Hit) -> Match {
    Match {
        listing: ByteVec::from(hit.listing.to_vec()),
        distance_m: hit.distance_m,
        online: hit.online,
    }
}

/// Tokens for looking at so many listings, beyond those that every `match` costs.
fn search_cost(candidates: u64) -> u32 {
    let tokens = candidates / SEARCHED_PER_TOKEN;
    u32::try_from(tokens).unwrap_or(u32::MAX).min(SEARCH_TOKENS)
}

/// Listings are far fewer than `u32` counts.
fn count(listings: usize) -> u32 {
    u32::try_from(listings).unwrap_or(u32::MAX)
}
