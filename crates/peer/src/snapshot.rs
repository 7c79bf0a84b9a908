//! What a peer shows of itself.

use std::sync::Arc;

use crate::{ClockState, directories::is_loopback};
use opener_decision::LinePart;
use opener_negotiation::{Role, dialogue, request};
use opener_net::{is_public_host, is_relayed};
use opener_store::{Assessment, Delivery, DeliveryCounts, KeptProof, ReportStatus};
use opener_trade::{
    Address, DealId, DocumentId, Duration, Opened, PeerId, PeerText, Reason, Timestamp, Verified,
    directory::MonthlyPrice,
    document::{Document, Listing, LogHead, Rfp},
    limits::REMARK_BYTES,
};

/// A deal with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct DealSnapshot {
    /// The deal.
    pub deal: DealId,
    /// Our side.
    pub role: Role,
    /// The RFP that stands.
    pub rfp: Arc<Verified<Document<Rfp>>>,
    /// Buyer: the request as a whole.
    pub request: Option<request::State>,
    /// The dialogues: one for each invited seller, or the one with the buyer.
    pub dialogues: Vec<dialogue::State>,
    /// Where each of our documents has come.
    pub deliveries: Vec<Delivery>,
    /// Buyer: what was found out about bids, the latest finding for each bid and criterion.
    pub assessments: Vec<Assessment>,
    /// Where the final terms have come at each directory.
    pub reports: Vec<ReportStatus>,
    /// Where the final terms stand in the directories' logs.
    pub proofs: Vec<KeptProof>,
}

/// One document of a deal, as it was signed, with what is known of its way.
#[derive(Debug, Clone)]
pub struct Record {
    /// The document.
    pub document: Arc<Opened>,
    /// When it was received here, or signed here.
    pub at: Timestamp,
    /// Signed by us.
    pub mine: bool,
    /// It has no effect, because its receiver refused it.
    pub void: Option<Reason>,
    /// The receipts for it, as received or issued: the signed bytes.
    pub receipts: Vec<Arc<[u8]>>,
}

/// How far an attached file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentState {
    /// All of it is here, with the hash and the size that were signed.
    Here,
    /// It is wanted and has come so far, in bytes.
    Fetching {
        /// Bytes that have come.
        have: u64,
    },
    /// Nobody has asked for it.
    NotFetched,
    /// It was asked for and will not come.
    Refused(Reason),
}

/// A file that a document of a deal names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// The document.
    pub document: DocumentId,
    /// Who signed it.
    pub from: PeerId,
    /// Signed by us.
    pub mine: bool,
    /// Name as signed: a stranger's text, never part of a path.
    pub name: String,
    /// Media type as signed: a stranger's text.
    pub media_type: String,
    /// Bytes as signed.
    pub size: u64,
    /// SHA-256 as signed.
    pub sha256: DocumentId,
    /// How far it is.
    pub state: AttachmentState,
}

/// A seller that may serve a request.
#[derive(Debug, Clone)]
pub struct Seller {
    /// Its own listing.
    pub listing: Verified<Listing>,
    /// Metres to the place of delivery, where both are known.
    pub distance_m: Option<u32>,
    /// Whether a directory saw it in the last 90 seconds; unknown from the cache.
    pub online: Option<bool>,
}

/// What a search for sellers brought.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The sellers, online ones first, then nearest.
    pub sellers: Vec<Seller>,
    /// Directories asked.
    pub asked: usize,
    /// Directories that answered. With none, the sellers come from earlier answers and dealings.
    pub answered: usize,
}

/// A request that is on its way.
#[derive(Debug, Clone)]
pub struct SentRfp {
    /// The deal.
    pub deal: DealId,
    /// The signed RFP.
    pub rfp: Arc<Verified<Document<Rfp>>>,
    /// The invited sellers.
    pub invited: Vec<PeerId>,
    /// How they were found.
    pub found: Found,
}

/// To whom a request goes.
#[derive(Debug, Clone)]
pub enum Recipients {
    /// To the sellers whom the directories match, no farther away than this.
    Matching {
        /// Kilometres from the place of delivery; absent means anywhere.
        radius_km: Option<u32>,
    },
    /// To these.
    Named(Vec<PeerId>),
}

/// What part of a bid is ordered, and how long the seller may take to answer.
#[derive(Debug, Clone)]
pub struct OrderPart {
    /// These lines, and how much of each. Not beside lots.
    pub lines: Vec<LinePart>,
    /// These lots; with no lines and no lots named, every line of the bid.
    pub lots: Vec<u16>,
    /// From now.
    pub answer_within: Duration,
}

/// Whom the buyer asks for the last bid, and until when.
#[derive(Debug, Clone)]
pub struct LastBids {
    /// The admitted sellers.
    pub sellers: Vec<PeerId>,
    /// Their bids are taken until here.
    pub deadline: Timestamp,
    /// The buyer chooses until here; absent means with as much time as the request gave.
    pub award_by: Option<Timestamp>,
    /// In words, to each of them.
    pub remark: PeerText<REMARK_BYTES>,
}

/// What is known of a directory's log of final terms.
#[derive(Debug, Clone, Default)]
pub struct LogStatus {
    /// Its newest head that continues all before it.
    pub head: Option<Verified<LogHead>>,
    /// Two heads that contradict each other.
    pub fork: Option<Forked>,
}

/// Two heads of one directory that contradict each other: with both in hand anybody can be convinced.
#[derive(Debug, Clone)]
pub struct Forked {
    /// When that was found.
    pub found_at: Timestamp,
    /// The head that was known, or handed over by a partner.
    pub one: Verified<LogHead>,
    /// The head that does not go with it.
    pub other: Verified<LogHead>,
}

/// What one directory says that comparable goods cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricesOf {
    /// The directory.
    pub directory: PeerId,
    /// Months with enough pairs of parties, the newest first.
    pub months: Vec<MonthlyPrice>,
}

/// A directory, as this peer sees it.
#[derive(Debug, Clone)]
pub struct DirectoryStatus {
    /// Who it is.
    pub peer: PeerId,
    /// Where it is dialled.
    pub address: Address,
    /// When it last answered.
    pub answered_at: Option<Timestamp>,
    /// Our listing is registered there until then, and shown as online.
    pub registered_until: Option<Timestamp>,
    /// Its clock minus ours, as measured.
    pub skew: Option<Duration>,
    /// Why it last did not answer, in words.
    pub error: Option<String>,
    /// When it last gave a listing that its seller did not sign.
    pub forged_at: Option<Timestamp>,
    /// Its log of final terms.
    pub log: LogStatus,
}

/// How others reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reachability {
    /// Programs on this machine alone.
    Here,
    /// Others in the same network, as far as we know.
    OwnNetwork,
    /// Others anywhere, through a relay; directly where the routers in between let them.
    Relay,
    /// Others anywhere, directly.
    Direct,
}

impl Reachability {
    /// From where we are reached.
    pub(crate) fn of(addresses: &[Address]) -> Self {
        if addresses.iter().any(is_public_host) {
            Self::Direct
        } else if addresses.iter().any(is_relayed) {
            Self::Relay
        } else if addresses.iter().any(|address| !is_loopback(address)) {
            Self::OwnNetwork
        } else {
            Self::Here
        }
    }
}

/// The peer as a whole.
#[derive(Debug, Clone)]
pub struct Status {
    /// Who we are.
    pub peer: PeerId,
    /// Where we can be dialled, with `/p2p/…`.
    pub addresses: Vec<Address>,
    /// How others reach us.
    pub reach: Reachability,
    /// Peers connected now.
    pub connected: usize,
    /// The directories.
    pub directories: Vec<DirectoryStatus>,
    /// Documents on their way, by state.
    pub deliveries: DeliveryCounts,
    /// The difference of clocks, others' minus ours: the median over directories and peers.
    pub skew: Option<Duration>,
    /// What that means.
    pub clock: ClockState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_way_in_is_named() {
        let relay = "/ip4/9.0.0.1/tcp/1/p2p/12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5/p2p-circuit";
        let mut addresses = Vec::new();
        for (text, reach) in [
            ("/ip4/127.0.0.1/tcp/1", Reachability::Here),
            ("/ip4/192.168.1.7/tcp/1", Reachability::OwnNetwork),
            (relay, Reachability::Relay),
            ("/ip4/9.0.0.7/udp/1/quic-v1", Reachability::Direct),
        ] {
            addresses.push(Address::new(text).unwrap());
            assert_eq!(Reachability::of(&addresses), reach);
        }
    }
}
