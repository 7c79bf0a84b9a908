//! Requests of ours that are not answered yet.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::Arc,
    time::Duration,
};

use libp2p::PeerId;
use tokio::time::Instant;

use crate::{Protocol, REQUEST_TIMEOUT, RequestId};

/// Requests in flight to one peer; the others wait for their turn. Below what a peer takes unanswered, and below its
/// limit on streams.
pub const REQUESTS_PER_PEER: usize = 8;

/// Seconds after which a request counts as timed out even if its connection says nothing. Comes after the time-out
/// of the stream itself, which a connection that hangs while closing no longer reports.
const BACKSTOP: Duration = Duration::from_secs(REQUEST_TIMEOUT.as_secs() + 5);

/// A request and what is needed to send it again.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) peer: PeerId,
    pub(crate) protocol: Protocol,
    pub(crate) bytes: Arc<[u8]>,
    /// It was sent before, over a connection that closed.
    pub(crate) resent: bool,
}

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<RequestId>,
    in_flight: usize,
}

/// All open requests. `K` is the transport's own name for a request on its way.
#[derive(Debug)]
pub(crate) struct Requests<K> {
    pending: HashMap<RequestId, Pending>,
    sent: HashMap<K, RequestId>,
    deadlines: VecDeque<(Instant, K)>,
    lines: HashMap<PeerId, Line>,
}

impl<K> Default for Requests<K> {
    fn default() -> Self {
        Self {
            pending: HashMap::new(),
            sent: HashMap::new(),
            deadlines: VecDeque::new(),
            lines: HashMap::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> Requests<K> {
    /// Puts a request at the end of its peer's line.
    pub(crate) fn add(&mut self, id: RequestId, pending: Pending) {
        self.lines
            .entry(pending.peer)
            .or_default()
            .waiting
            .push_back(id);
        self.pending.insert(id, pending);
    }

    /// Puts a request that was lost with its connection at the head of its peer's line.
    pub(crate) fn again(&mut self, id: RequestId, pending: Pending) {
        self.lines
            .entry(pending.peer)
            .or_default()
            .waiting
            .push_front(id);
        self.pending.insert(
            id,
            Pending {
                resent: true,
                ..pending
            },
        );
    }

    pub(crate) fn has_waiting(&self, peer: &PeerId) -> bool {
        self.lines
            .get(peer)
            .is_some_and(|line| !line.waiting.is_empty())
    }

    /// Whether a request to this peer is on its way.
    pub(crate) fn is_in_flight(&self, peer: &PeerId) -> bool {
        self.lines.get(peer).is_some_and(|line| line.in_flight > 0)
    }

    /// The next request to send to this peer, if one more may be in flight.
    pub(crate) fn next(&mut self, peer: &PeerId) -> Option<(RequestId, Protocol, Arc<[u8]>)> {
        let line = self.lines.get_mut(peer)?;
        if line.in_flight >= REQUESTS_PER_PEER {
            return None;
        }
        let id = line.waiting.pop_front()?;
        line.in_flight += 1;
        let pending = self.pending.get(&id)?;
        Some((id, pending.protocol, pending.bytes.clone()))
    }

    /// The request from [`Self::next`] is on its way under this key.
    pub(crate) fn sent(&mut self, id: RequestId, key: K, now: Instant) {
        self.sent.insert(key, id);
        self.deadlines.push_back((now + BACKSTOP, key));
    }

    /// Takes a request that was on its way; `None` if it is over already.
    pub(crate) fn finish(&mut self, key: K) -> Option<(RequestId, Pending)> {
        let id = self.sent.remove(&key)?;
        let pending = self.pending.remove(&id)?;
        if let Some(line) = self.lines.get_mut(&pending.peer) {
            line.in_flight = line.in_flight.saturating_sub(1);
            if line.in_flight == 0 && line.waiting.is_empty() {
                self.lines.remove(&pending.peer);
            }
        }
        while self
            .deadlines
            .front()
            .is_some_and(|(_, key)| !self.sent.contains_key(key))
        {
            self.deadlines.pop_front();
        }
        Some((id, pending))
    }

    /// Takes all requests that wait for this peer.
    pub(crate) fn take_waiting(&mut self, peer: &PeerId) -> Vec<(RequestId, Pending)> {
        let Some(line) = self.lines.get_mut(peer) else {
            return Vec::new();
        };
        let waiting = std::mem::take(&mut line.waiting);
        if line.in_flight == 0 {
            self.lines.remove(peer);
        }
        waiting
            .into_iter()
            .filter_map(|id| self.pending.remove(&id).map(|pending| (id, pending)))
            .collect()
    }

    /// When the oldest request on its way is over at the latest.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadlines.front().map(|(at, _)| *at)
    }

    /// A request on its way whose deadline has passed.
    pub(crate) fn overdue(&mut self, now: Instant) -> Option<K> {
        let (at, key) = *self.deadlines.front()?;
        (at <= now).then(|| {
            self.deadlines.pop_front();
            key
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        PeerId::from_multihash(libp2p::multihash::Multihash::wrap(0, &[n; 32]).unwrap()).unwrap()
    }

    fn to(n: u8) -> Pending {
        Pending {
            peer: peer(n),
            protocol: Protocol::Deliver,
            bytes: Arc::from(*b"x"),
            resent: false,
        }
    }

    fn send_all(requests: &mut Requests<u64>, n: u8, now: Instant) -> Vec<u64> {
        let mut keys = Vec::new();
        while let Some((id, ..)) = requests.next(&peer(n)) {
            requests.sent(id, id.number(), now);
            keys.push(id.number());
        }
        keys
    }

    #[test]
    fn eight_requests_are_in_flight_to_one_peer_and_the_others_wait() {
        let mut requests = Requests::default();
        for n in 0..10 {
            requests.add(RequestId::new(n), to(1));
        }
        requests.add(RequestId::new(10), to(2));
        let now = Instant::now();
        assert_eq!(send_all(&mut requests, 1, now).len(), REQUESTS_PER_PEER);
        assert_eq!(
            send_all(&mut requests, 2, now),
            [10],
            "another peer has its own line"
        );
        assert!(requests.has_waiting(&peer(1)));
        assert_eq!(requests.finish(3).unwrap().0, RequestId::new(3));
        assert_eq!(send_all(&mut requests, 1, now), [8]);
        assert!(requests.finish(3).is_none(), "finished only once");
    }

    #[test]
    fn a_lost_request_goes_first_when_sent_again() {
        let mut requests = Requests::default();
        for n in 0..9 {
            requests.add(RequestId::new(n), to(1));
        }
        send_all(&mut requests, 1, Instant::now());
        let (id, pending) = requests.finish(5).unwrap();
        requests.again(id, pending);
        let (id, ..) = requests.next(&peer(1)).unwrap();
        assert_eq!(id, RequestId::new(5));
        requests.sent(id, 50, Instant::now());
        assert!(requests.finish(50).unwrap().1.resent);
    }

    #[test]
    fn nothing_is_kept_of_finished_requests() {
        let mut requests = Requests::default();
        for n in 0..20 {
            requests.add(RequestId::new(n), to(1));
        }
        for key in send_all(&mut requests, 1, Instant::now()) {
            requests.finish(key).unwrap();
        }
        assert_eq!(requests.take_waiting(&peer(1)).len(), 12);
        assert!(requests.pending.is_empty() && requests.sent.is_empty());
        assert!(requests.lines.is_empty() && requests.deadlines.is_empty());
    }

    #[test]
    fn a_request_whose_connection_says_nothing_is_overdue() {
        let mut requests = Requests::default();
        requests.add(RequestId::new(1), to(1));
        let now = Instant::now();
        send_all(&mut requests, 1, now);
        assert_eq!(requests.deadline(), Some(now + BACKSTOP));
        assert_eq!(
            requests.overdue(now + REQUEST_TIMEOUT),
            None,
            "the stream times out first"
        );
        assert_eq!(requests.overdue(now + BACKSTOP), Some(1));
        assert_eq!(requests.deadline(), None);
    }
}
