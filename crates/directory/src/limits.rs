//! Every limit of the directory, with its unit and the reason for its size. Sizes of messages are limits of the
//! language, in `opener_trade::limits`.

use opener_trade::Duration;

/// Listings kept at once. At an average of one kilobyte they and their index take below 2 GB of memory.
pub const LISTINGS: usize = 200_000;

/// Bytes of all listings together, signed: [`LISTINGS`] of 1.3 kB. A few thousand of the largest cannot fill the memory
/// that belongs to all.
pub const LISTINGS_BYTES: usize = 256 * 1024 * 1024;

/// Milliseconds from issue to expiry of a listing: thirty days. Who was away for longer registers again on return.
pub const LISTING_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// Milliseconds that a peer's clock may be ahead of ours: a minute, beyond which deadlines are not trusted either.
pub const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Milliseconds that a peer counts as online after it registered or renewed: two lost renewals of one every half
/// minute are forgiven.
pub const PRESENCE: Duration = Duration::from_secs(90);

/// Peers whose rate of requests is remembered, the least recently seen forgotten first: twice the connections that the
/// transport allows, 2 MB.
pub const BUCKETS: usize = 16 * 1024;

/// Tokens of a peer that was quiet. A buyer fetches a thousand sellers and stamps hundreds of hashes in one go.
pub const BURST: u32 = 400;

/// Tokens that a peer gets back each second; a page of sellers costs two.
pub const REFILL: u32 = 50;

/// Reports that one peer may bring in [`REPORTS_WINDOW`]: more than the largest trader concludes in a day.
pub const REPORTS: u32 = 1000;

/// Milliseconds over which [`REPORTS`] are counted: one day.
pub const REPORTS_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// Bytes of all reports together, both signatures: 16 GiB, some millions of deals on a small disk. When it is reached
/// the operator moves to a larger one.
pub const REPORTS_BYTES: u64 = 16 * 1024 * 1024 * 1024;

/// Expired listings that one transaction forgets. It takes milliseconds; the rest waits for the next.
pub const EXPIRED_AT_ONCE: usize = 1000;

/// Requests that are answered at the same time; the others wait in the transport.
pub const IN_FLIGHT: usize = 256;

/// Open connections of the HTTP door: a load balancer, a scraper and some curious people.
pub const HTTP_CONNECTIONS: usize = 64;

/// Seconds that one HTTP connection lives, so that slow ones do not keep the door shut.
pub const HTTP_LIFETIME: std::time::Duration = std::time::Duration::from_secs(30);

/// Seconds for requests in flight to end once the server stops.
pub const STOP: std::time::Duration = std::time::Duration::from_secs(5);

/// Seconds of those for HTTP: an answer takes milliseconds, and who has not asked by now gets none.
pub const STOP_HTTP: std::time::Duration = std::time::Duration::from_secs(1);

const _: () = assert!(STOP_HTTP.as_secs() < STOP.as_secs());

/// The caps that an operator may lower, and tests do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// [`LISTINGS`].
    pub listings: usize,
    /// [`LISTINGS_BYTES`].
    pub listings_bytes: usize,
    /// [`BUCKETS`].
    pub buckets: usize,
    /// [`BURST`].
    pub burst: u32,
    /// [`REPORTS`].
    pub reports: u32,
    /// [`REPORTS_BYTES`].
    pub reports_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            listings: LISTINGS,
            listings_bytes: LISTINGS_BYTES,
            buckets: BUCKETS,
            burst: BURST,
            reports: REPORTS,
            reports_bytes: REPORTS_BYTES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::limits::{MATCH_PAGE, MAX_LIFETIME_MS, MAX_LISTING_BYTES};

    #[test]
    fn the_bytes_of_all_listings_are_at_least_a_kilobyte_each() {
        const _: () = assert!(LISTINGS_BYTES / LISTINGS >= 1024);
        const _: () = assert!(LISTINGS_BYTES > 1000 * MAX_LISTING_BYTES);
    }

    #[test]
    fn a_thousand_sellers_are_fetched_without_a_pause() {
        let pages = u32::try_from(1000_usize.div_ceil(MATCH_PAGE)).unwrap();
        assert!(pages * crate::metrics::Method::Match.cost() <= BURST);
    }

    #[test]
    fn the_directory_is_stricter_than_the_language() {
        assert!(LISTING_LIFETIME.millis() <= MAX_LIFETIME_MS);
        assert!(CLOCK_SKEW < PRESENCE && PRESENCE < LISTING_LIFETIME);
    }

    #[test]
    fn more_peers_are_remembered_than_can_be_connected() {
        const _: () = assert!(BUCKETS >= opener_net::Limits::DIRECTORY.connections);
        const _: () = assert!(IN_FLIGHT <= opener_net::Limits::DIRECTORY.unanswered);
    }
}
