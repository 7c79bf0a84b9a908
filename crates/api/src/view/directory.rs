//! Directories and network.

use opener_peer::{ClockState, DirectoryStatus, Status};
use opener_trade::{Address, Duration, PeerId, Timestamp};
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
    /// Why it last did not answer, in words; absent while it answers.
    pub error: Option<String>,
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
    /// Documents on their way.
    pub deliveries: DeliveryTotals,
    /// The difference of clocks, others' minus ours, in milliseconds: the median over directories and peers.
    pub skew_ms: Option<Duration>,
    /// What that means: above five seconds it warns, above a minute what a deadline decides waits for `clock.confirm`.
    pub clock: ClockState,
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
