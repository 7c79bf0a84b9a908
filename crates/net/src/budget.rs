//! A common purse of memory for what strangers send.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Bytes of inbound requests that may be in memory at once, read or being read, until they are answered: twenty of
/// the largest documents, and small beside the memory of any machine that runs the program.
pub const INBOUND_BYTES: usize = 128 * 1024 * 1024;

/// A purse shared by all inbound streams.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    left: Arc<AtomicUsize>,
}

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self {
            left: Arc::new(AtomicUsize::new(bytes)),
        }
    }

    /// An empty hold on this purse.
    pub(crate) fn hold(&self) -> Hold {
        Hold {
            budget: self.clone(),
            bytes: 0,
        }
    }

    #[cfg(test)]
    fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }
}

/// Bytes taken from a [`Budget`]; given back on drop.
#[derive(Debug)]
pub(crate) struct Hold {
    budget: Budget,
    bytes: usize,
}

impl Hold {
    /// Takes more bytes, or none at all if fewer are left.
    pub(crate) fn grow(&mut self, bytes: usize) -> bool {
        let taken = self
            .budget
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(bytes)
            })
            .is_ok();
        if taken {
            self.bytes += bytes;
        }
        taken
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.budget.left.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exhausted_purse_refuses_and_fills_again_on_drop() {
        let budget = Budget::new(10);
        let mut first = budget.hold();
        assert!(first.grow(4));
        assert!(first.grow(4));
        let mut second = budget.hold();
        assert!(!second.grow(3));
        assert!(second.grow(2));
        drop(first);
        assert_eq!(budget.left(), 8);
        drop(second);
        assert_eq!(budget.left(), 10);
    }

    #[test]
    fn the_purse_holds_several_of_the_largest_documents() {
        const { assert!(INBOUND_BYTES >= 8 * opener_trade::limits::MAX_DOCUMENT_BYTES) };
    }
}
