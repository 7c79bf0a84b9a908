//! A directory in a folder that goes away, and peers who ask it.

use std::path::Path;

use minicbor::{Decode, Encode, bytes::ByteVec};
use opener_directory::{Database, Directory, Limits};
use opener_trade::{
    Category, Duration, Identity, Invalid, Kind, List, PeerId, PeerText, Place, Reason, Timestamp,
    Verified,
    directory::{Match, Query, Request, Response},
    document::{Disclosure, Listing, Roles, Terms},
    envelope::Payload,
    sign,
};
use tempfile::TempDir;

/// 2026-11-20T14:00:00Z.
pub const NOW: Timestamp = Timestamp::from_millis(1_795_183_200_000);

pub fn after(seconds: i64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// Limits under which no test of something else meets a rate.
pub fn generous() -> Limits {
    Limits {
        burst: 1_000_000,
        prefix_burst: 1_000_000,
        ..Limits::default()
    }
}

pub struct World {
    pub folder: TempDir,
    pub directory: Directory,
    pub limits: Limits,
}

impl World {
    pub async fn new() -> Self {
        Self::with(generous()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let directory = open(folder.path(), limits, NOW).await;
        Self {
            folder,
            directory,
            limits,
        }
    }

    /// Ends without closing, as a killed process does, and opens the same folder.
    pub async fn restart(self, now: Timestamp) -> Self {
        let Self {
            folder,
            directory,
            limits,
        } = self;
        drop(directory);
        let directory = open(folder.path(), limits, now).await;
        Self {
            folder,
            directory,
            limits,
        }
    }

    pub async fn ask(&self, from: &Identity, request: &Request, now: Timestamp) -> Response {
        let bytes = minicbor::to_vec(request).unwrap();
        decode(
            &self
                .directory
                .answer(from.peer_id(), None, &bytes, now)
                .await,
        )
    }

    pub async fn register(&self, who: &Identity, listing: Listing, now: Timestamp) -> Response {
        let request = register(&sign(who, listing).unwrap());
        self.ask(who, &request, now).await
    }

    pub async fn find(&self, query: Query, now: Timestamp) -> Found {
        let request = Request::Match { query };
        match self.ask(&peer(0), &request, now).await {
            Response::Matches {
                sellers,
                total,
                next,
            } => Found {
                sellers: sellers.into_vec(),
                total,
                next,
            },
            other => panic!("no matches: {other:?}"),
        }
    }

    pub async fn look_up(&self, of: PeerId, now: Timestamp) -> Option<Match> {
        match self.ask(&peer(0), &Request::Lookup { peer: of }, now).await {
            Response::Found { seller } => seller,
            other => panic!("not looked up: {other:?}"),
        }
    }
}

pub async fn open(folder: &Path, limits: Limits, now: Timestamp) -> Directory {
    Directory::open(folder, &Database::InFolder, limits, now)
        .await
        .unwrap()
}

#[derive(Debug)]
pub struct Found {
    pub sellers: Vec<Match>,
    pub total: u32,
    pub next: Option<u32>,
}

impl Found {
    pub fn peers(&self) -> Vec<PeerId> {
        self.sellers.iter().map(signer).collect()
    }
}

pub fn signer(seller: &Match) -> PeerId {
    opener_trade::envelope::open_as::<Listing>(&seller.listing)
        .unwrap()
        .signer()
}

pub fn decode(bytes: &[u8]) -> Response {
    minicbor::decode(bytes).unwrap()
}

pub fn reason(response: &Response) -> Option<Reason> {
    match response {
        Response::Refused { reason, .. } => Some(*reason),
        _ => None,
    }
}

pub fn peer(number: u32) -> Identity {
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    Identity::from_seed(seed)
}

pub fn register(listing: &Verified<Listing>) -> Request {
    Request::Register {
        listing: ByteVec::from(listing.bytes().to_vec()),
    }
}

pub fn text<const MAX: usize>(text: &str) -> PeerText<MAX> {
    PeerText::new(text).unwrap()
}

pub fn list<T: std::fmt::Debug, const MAX: usize>(items: Vec<T>) -> List<T, MAX> {
    List::try_from(items).unwrap()
}

pub fn category(scheme: &str, code: &str) -> Category {
    Category {
        scheme: text(scheme),
        version: None,
        code: text(code),
    }
}

pub fn place(country: &str, position: Option<(i32, i32)>) -> Place {
    Place {
        country: country.parse().unwrap(),
        locality: text("somewhere"),
        latitude_e6: position.map(|p| p.0),
        longitude_e6: position.map(|p| p.1),
    }
}

pub const SEOUL: (i32, i32) = (37_566_500, 126_978_000);
pub const BUSAN: (i32, i32) = (35_179_600, 129_075_600);

pub fn listing(who: &Identity, seq: u64, words: &str) -> Listing {
    Listing {
        from: who.peer_id(),
        seq,
        issued_at: NOW,
        expires_at: after(24 * 3600),
        name: text("A seller"),
        roles: Roles {
            buys: false,
            sells: true,
        },
        categories: List::default(),
        words: text(words),
        place: place("KR", Some(SEOUL)),
        radius_km: None,
        currencies: List::default(),
        languages: List::default(),
        addresses: list(vec!["/ip4/192.0.2.7/tcp/4001".parse().unwrap()]),
        capabilities: List::default(),
        url: None,
    }
}

pub fn words(words: &str) -> Query {
    Query {
        words: text(words),
        ..Query::default()
    }
}

pub fn terms(buyer: &Identity, seller: &Identity, deal: u8) -> Terms {
    let id = |n: u8| opener_trade::DocumentId::from_bytes([n; 32]);
    Terms {
        deal: opener_trade::DealId::from_bytes([deal; 16]),
        buyer: buyer.peer_id(),
        seller: seller.peer_id(),
        rfp: id(1),
        bid: id(2),
        order: id(3),
        response: id(4),
        bid_valid_until: after(0),
        ordered_at: after(-300),
        answer_by: after(0),
        accepted_at: after(-200),
        disclosure: Disclosure::Conclusion,
        region: None,
        lines: List::default(),
        charges: List::default(),
        total: None,
        delivery: None,
        incoterm: None,
        payment: None,
        change: None,
    }
}

/// The report of terms that both signed, whether they keep their rules or not.
pub fn report(terms: &Terms, by_buyer: &Identity, by_seller: &Identity) -> Request {
    Request::Report {
        by_buyer: sign_unchecked(terms, by_buyer),
        by_seller: sign_unchecked(terms, by_seller),
    }
}

pub fn sign_unchecked(terms: &Terms, by: &Identity) -> ByteVec {
    let signed = sign(by, Unchecked(terms.clone())).unwrap();
    ByteVec::from(signed.bytes().to_vec())
}

/// Terms as a liar signs them.
#[derive(Encode, Decode)]
#[cbor(transparent)]
struct Unchecked(#[n(0)] Terms);

impl Payload for Unchecked {
    const KIND: Kind = Kind::Terms;

    fn may_be_signed_by(&self, _: &PeerId) -> bool {
        true
    }

    fn check(&self) -> Result<(), Invalid> {
        Ok(())
    }
}

/// Repeatable chance (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len() as u64) as usize]
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }
}
