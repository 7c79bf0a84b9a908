//! Counters, and nothing about who asked what.

use std::sync::atomic::{AtomicU64, Ordering};

use opener_trade::{Reason, directory::Request};

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Register,
    Renew,
    Withdraw,
    Match,
    Lookup,
    Stamp,
    Report,
    Prices,
    Time,
    Head,
    Inclusion,
    /// What cannot be read, or was not read.
    Unread,
}

impl Method {
    pub(crate) const ALL: [Self; 12] = [
        Self::Register,
        Self::Renew,
        Self::Withdraw,
        Self::Match,
        Self::Lookup,
        Self::Stamp,
        Self::Report,
        Self::Prices,
        Self::Time,
        Self::Head,
        Self::Inclusion,
        Self::Unread,
    ];

    pub(crate) const fn of(request: &Request) -> Self {
        match request {
            Request::Register { .. } => Self::Register,
            Request::Renew { .. } => Self::Renew,
            Request::Withdraw => Self::Withdraw,
            Request::Match { .. } => Self::Match,
            Request::Lookup { .. } => Self::Lookup,
            Request::Stamp { .. } => Self::Stamp,
            Request::Report { .. } => Self::Report,
            Request::Prices { .. } => Self::Prices,
            Request::Time => Self::Time,
            Request::Head { .. } => Self::Head,
            Request::Inclusion { .. } => Self::Inclusion,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Renew => "renew",
            Self::Withdraw => "withdraw",
            Self::Match => "match",
            Self::Lookup => "lookup",
            Self::Stamp => "stamp",
            Self::Report => "report",
            Self::Prices => "prices",
            Self::Time => "time",
            Self::Head => "head",
            Self::Inclusion => "inclusion",
            Self::Unread => "unread",
        }
    }

    /// Tokens of the asking peer's bucket: one for reading and answering from memory, more for a search, for
    /// signatures to check and for a commit.
    pub(crate) const fn cost(self) -> u32 {
        match self {
            Self::Renew | Self::Lookup | Self::Time | Self::Unread => 1,
            Self::Match | Self::Stamp | Self::Report | Self::Head | Self::Inclusion => 2,
            Self::Register | Self::Withdraw | Self::Prices => 4,
        }
    }
}

/// Counts since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: [AtomicU64; Method::ALL.len()],
    refused: [AtomicU64; Reason::ALL.len()],
}

impl Metrics {
    pub(crate) fn count(&self, method: Method) {
        if let Some(counter) = self.requests.get(method as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn count_refused(&self, reason: Reason) {
        let counters = Reason::ALL.iter().zip(&self.refused);
        for (_, counter) in counters.filter(|(known, _)| **known == reason) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counters = Method::ALL.iter().zip(&self.requests);
        counters.map(|(method, counter)| (method.name(), counter.load(Ordering::Relaxed)))
    }

    pub(crate) fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counters = Reason::ALL.iter().zip(&self.refused);
        counters.map(|(reason, counter)| (reason.name(), counter.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_and_reason_has_its_own_counter() {
        let metrics = Metrics::default();
        for method in Method::ALL {
            metrics.count(method);
        }
        for reason in Reason::ALL {
            metrics.count_refused(*reason);
        }
        assert!(metrics.requests().all(|(_, count)| count == 1));
        assert!(metrics.refused().all(|(_, count)| count == 1));
    }
}
