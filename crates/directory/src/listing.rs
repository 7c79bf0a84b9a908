//! `register`, `renew`, `withdraw`, `match`, `lookup`.

use minicbor::bytes::ByteVec;
use opener_trade::switch::{Countermeasure, holds};
use opener_trade::{
    Category, List, PeerId, Reason, Timestamp, Verified,
    directory::{Match, Query, Response},
    document::Listing,
    envelope,
    limits::{MAX_LISTING_BYTES, MAX_RADIUS_KM},
};

use crate::{
    core::{Directory, Known},
    index::Hit,
    limits::{CLOCK_SKEW, EXPIRED_AT_ONCE, LISTING_LIFETIME},
    refusal::Refusal,
};

/// What a listing is to the one that is kept of its signer.
enum Standing {
    /// Higher `seq`, or the first.
    News,
    /// The same bytes.
    Same,
}

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
        let mut writer = self.store.writer().await;
        let expired = self.known().index.expired(now, EXPIRED_AT_ONCE);
        let standing = standing(&self.known(), &listing, now)?;
        if let Standing::News = standing {
            self.check_room(&expired, &listing)?;
            writer.put_listing(&listing, &expired).await?;
            let mut known = self.known_mut();
            known.forget(&expired);
            known.index.insert(listing);
        }
        let online_until = self.known_mut().presence.hear(from, now);
        Ok(Response::Registered {
            until,
            online_until,
        })
    }

    pub(crate) fn renew(
        &self,
        from: PeerId,
        seq: u64,
        now: Timestamp,
    ) -> Result<Response, Refusal> {
        let mut known = self.known_mut();
        let Some((kept, until)) = known.index.live(&from, now).map(|l| (l.seq, l.expires_at))
        else {
            return Err(Refusal::new(
                Reason::NotAllowed,
                "no listing of yours is kept: register",
            ));
        };
        if kept != seq {
            let detail = format!("the listing kept has seq {kept}: register");
            return Err(Refusal::new(Reason::Stale, detail));
        }
        let online_until = known.presence.hear(from, now);
        Ok(Response::Registered {
            until,
            online_until,
        })
    }

    pub(crate) async fn withdraw(&self, from: PeerId) -> Result<Response, Refusal> {
        let mut writer = self.store.writer().await;
        let is_kept = self.known().index.get(&from).is_some();
        if is_kept {
            writer.forget(&[from]).await?;
            self.known_mut().forget(&[from]);
        }
        Ok(Response::Withdrawn)
    }

    pub(crate) fn find(&self, query: &Query, now: Timestamp) -> Result<Response, Refusal> {
        check_query(query)?;
        let known = self.known();
        let page = known.index.search(query, &known.presence, now);
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
            online: known.presence.is_online(peer, now),
        });
        Response::Found { seller }
    }

    /// Room for one more listing, once the expired ones are gone.
    fn check_room(&self, expired: &[PeerId], listing: &Verified<Listing>) -> Result<(), Refusal> {
        let known = self.known();
        let old = [listing.signer()];
        let leaving = expired
            .iter()
            .chain(old.iter().filter(|peer| !expired.contains(peer)));
        let (mut count, mut bytes) = (
            known.index.len() + 1,
            known.index.bytes() + listing.bytes().len(),
        );
        for gone in leaving.filter_map(|peer| known.index.get(peer)) {
            count -= 1;
            bytes -= gone.bytes().len();
        }
        if count > self.limits.listings || bytes > self.limits.listings_bytes {
            return Err(Refusal::new(
                Reason::RateLimited,
                "the directory is full, try another one",
            ));
        }
        Ok(())
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

fn standing(
    known: &Known,
    listing: &Verified<Listing>,
    now: Timestamp,
) -> Result<Standing, Refusal> {
    match known.index.live(&listing.signer(), now) {
        Some(kept) if kept.bytes() == listing.bytes() => Ok(Standing::Same),
        Some(kept) if kept.seq >= listing.seq && holds(Countermeasure::ListingSequence) => {
            let detail = format!("seq must rise, the listing kept has {}", kept.seq);
            Err(Refusal::new(Reason::Stale, detail))
        }
        _ => Ok(Standing::News),
    }
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

/// Listings are far fewer than `u32` counts.
fn count(listings: usize) -> u32 {
    u32::try_from(listings).unwrap_or(u32::MAX)
}
