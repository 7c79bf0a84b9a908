//! Directories and network.

use data_encoding::BASE64;
use opener_peer::{ClockState, DirectoryStatus, Forked, Status};
use opener_trade::{Address, DocumentId, Duration, PeerId, Timestamp, Verified, document::LogHead};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::bid::count;

/// A directory, as this peer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DirectoryView {
    /// Who it is.
    pub peer: PeerId,
    /// Where it is dialled.
    pub address: Address,
    /// When it last answered.
    pub answered_at: Option<Timestamp>,
    /// Our listing counts there until then.
    pub registered_until: Option<Timestamp>,
    /// Its clock minus ours, in milliseconds.
    pub skew_ms: Option<Duration>,
    /// Why it last did not answer, or what is wrong with what it said, in words; absent while all is well.
    pub error: Option<String>,
    /// When it last gave a listing that its seller did not sign: it forges.
    pub forged_at: Option<Timestamp>,
    /// The newest head of its log of final terms that continues all before it.
    pub log: Option<LogHeadView>,
    /// Two heads of its log that contradict each other: it shows different histories.
    pub fork: Option<ForkView>,
}

/// The signed head of a directory's log of final terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogHeadView {
    /// How many final terms it holds.
    #[ts(type = "number")]
    pub size: u64,
    /// The root of the tree over them.
    pub root: DocumentId,
    /// When the directory signed it.
    pub at: Timestamp,
    /// The signed bytes, in base64: what convinces others.
    pub signed: String,
}

/// Two heads that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ForkView {
    /// When this peer found that.
    pub found_at: Timestamp,
    /// The head that was known, or handed over by a partner.
    pub one: LogHeadView,
    /// The head that does not go with it.
    pub other: LogHeadView,
    /// The same in words, for terminals. Screens have words of their own.
    pub words: String,
}

impl From<&Verified<LogHead>> for LogHeadView {
    fn from(head: &Verified<LogHead>) -> Self {
        LogHeadView {
            size: head.size,
            root: head.root,
            at: head.at,
            signed: BASE64.encode(head.bytes()),
        }
    }
}

impl From<&Forked> for ForkView {
    fn from(fork: &Forked) -> Self {
        let (one, other) = (&fork.one, &fork.other);
        let words = format!(
            "this directory has shown two histories of its log: one of {} entries, and one of {} that does not continue it. \
             Both are signed by it. Do not rely on its prices or receipts, and tell others",
            one.size, other.size
        );
        ForkView {
            found_at: fork.found_at,
            one: one.into(),
            other: other.into(),
            words,
        }
    }
}

impl From<DirectoryStatus> for DirectoryView {
    fn from(directory: DirectoryStatus) -> Self {
        DirectoryView {
            peer: directory.peer,
            address: directory.address,
            answered_at: directory.answered_at,
            registered_until: directory.registered_until,
            skew_ms: directory.skew,
            error: directory.error,
            forged_at: directory.forged_at,
            log: directory.log.head.as_ref().map(LogHeadView::from),
            fork: directory.log.fork.as_ref().map(ForkView::from),
        }
    }
}

/// Documents on their way, counted by how far they have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeliveryTotals {
    /// Waiting.
    pub queued: u32,
    /// Given to the network.
    pub sent: u32,
    /// Receipted, not yet read.
    pub received: u32,
    /// Read by a person.
    pub read: u32,
    /// Refused.
    pub refused: u32,
    /// Never answered.
    pub expired: u32,
}

/// How others reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reachability {
    /// Programs on this computer alone.
    Here,
    /// Others in the same network.
    OwnNetwork,
    /// Others anywhere, through a relay; directly where the routers in between let them.
    Relay,
    /// Others anywhere, directly.
    Direct,
}

/// The peer as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NetworkView {
    /// Who we are.
    pub peer: PeerId,
    /// Where we can be dialled.
    pub addresses: Vec<Address>,
    /// How others reach us.
    pub reach: Reachability,
    /// Peers connected now.
    pub connected: u32,
    /// Directories that are known.
    pub directories: u32,
    /// Those that answered when last asked.
    pub directories_answering: u32,
    /// Directories that have shown two histories of their logs; `directory.status` says more.
    pub directories_forked: Vec<PeerId>,
    /// Directories that gave listings which their sellers did not sign.
    pub directories_forging: Vec<PeerId>,
    /// Documents on their way.
    pub deliveries: DeliveryTotals,
    /// The difference of clocks, others' minus ours, in milliseconds: the median over directories and peers.
    pub skew_ms: Option<Duration>,
    /// What that means: above five seconds it warns, above a minute what a deadline decides waits for `clock.confirm`.
    pub clock: ClockState,
}

fn named(status: &Status, is_meant: impl Fn(&DirectoryStatus) -> bool) -> Vec<PeerId> {
    let meant = status.directories.iter().filter(|it| is_meant(it));
    meant.map(|directory| directory.peer).collect()
}

impl From<Status> for NetworkView {
    fn from(status: Status) -> Self {
        let answering = status
            .directories
            .iter()
            .filter(|d| d.answered_at.is_some() && d.error.is_none());
        let of = status.deliveries;
        NetworkView {
            peer: status.peer,
            connected: count(status.connected),
            directories: count(status.directories.len()),
            directories_answering: count(answering.count()),
            directories_forked: named(&status, |it| it.log.fork.is_some()),
            directories_forging: named(&status, |it| it.forged_at.is_some()),
            deliveries: DeliveryTotals {
                queued: count(of.queued),
                sent: count(of.sent),
                received: count(of.received),
                read: count(of.read),
                refused: count(of.refused),
                expired: count(of.expired),
            },
            skew_ms: status.skew,
            clock: status.clock,
            addresses: status.addresses,
            reach: match status.reach {
                opener_peer::Reachability::Here => Reachability::Here,
                opener_peer::Reachability::OwnNetwork => Reachability::OwnNetwork,
                opener_peer::Reachability::Relay => Reachability::Relay,
                opener_peer::Reachability::Direct => Reachability::Direct,
            },
        }
    }
}
