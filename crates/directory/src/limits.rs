//! Every limit of the directory, with its unit and the reason for its size. Sizes of messages are limits of the
//! language, in `opener_trade::limits`.

use opener_trade::Duration;

/// Listings kept at once. At an average of one kilobyte they and their index take below 2 GB of memory.
pub const LISTINGS: usize = 200_000;

/// Bytes of all listings together, signed: [`LISTINGS`] of 1.3 kB. A few thousand of the largest cannot fill the memory
/// that belongs to all.
pub const LISTINGS_BYTES: usize = 256 * 1024 * 1024;

/// Entries of all posting lists of categories and words together, one for each category or word token of a listing: 80
/// for each of [`LISTINGS`], where a usual seller takes 20 to 60. An entry takes some bytes, and at most some 150 if no
/// other listing has that word: below 2.5 GB, whatever strangers write.
pub const ENTRIES: usize = 80 * LISTINGS;

/// Listings that a search looks at for one token: a fraction of a millisecond.
pub const SEARCHED_PER_TOKEN: u64 = 2000;

/// Tokens that a search costs at most, beyond the usual two: half of [`BURST`], so that the widest search is possible.
pub const SEARCH_TOKENS: u32 = BURST / 2;

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

/// Networks (IPv4 /24, IPv6 /48) whose rate of requests is remembered, the least recently seen forgotten first: 2 MB.
pub const PREFIXES: usize = 16 * 1024;

/// Tokens of a network that was quiet: twenty buyers in one office who all use up [`BURST`].
pub const PREFIX_BURST: u32 = 20 * BURST;

/// Tokens that a network gets back each second: as much as twenty peers that never rest, or thirty thousand sellers behind one
/// provider's gateway that renew every half minute. Whoever makes keys by the thousand gets no more than this.
pub const PREFIX_REFILL: u32 = 20 * REFILL;

/// Reports that one peer may bring in [`REPORTS_WINDOW`]: more than the largest trader concludes in a day.
pub const REPORTS: u32 = 1000;

/// Milliseconds over which [`REPORTS`] are counted: one day.
pub const REPORTS_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// Bytes of all reports together, both signatures: 16 GiB, some millions of deals on a small disk. When it is reached
/// the operator moves to a larger one.
pub const REPORTS_BYTES: u64 = 16 * 1024 * 1024 * 1024;

/// Milliseconds for which the other processes on the same database can learn that a listing was withdrawn: an hour. Who
/// was cut off for longer may show it until it expires.
pub const TOMBSTONE: Duration = Duration::from_secs(3600);

/// Leaves of the log of final terms: as many as reports. Its tree takes about 100 bytes of memory each, below 1 GB.
pub const LOG_LEAVES: u64 = 8_000_000;

/// Listings or ids of terms read at a time when a directory starts or catches up: 16 MB at most.
pub const LOAD_AT_ONCE: i64 = 1000;

/// Prices read for one question, newest first: a few megabytes, and enough for the busiest group of a year.
pub const PRICES_READ: i64 = 20_000;

/// Months of prices in one answer: one year.
pub const PRICE_MONTHS: i64 = 12;

/// Distinct pairs of parties without whom no price is published: who knows four of five still cannot tell the fifth's
/// from a median.
pub const PRICE_PAIRS: usize = 5;

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
    /// [`ENTRIES`].
    pub entries: usize,
    /// [`BUCKETS`].
    pub buckets: usize,
    /// [`BURST`].
    pub burst: u32,
    /// [`PREFIX_BURST`].
    pub prefix_burst: u32,
    /// [`REPORTS`].
    pub reports: u32,
    /// [`REPORTS_BYTES`].
    pub reports_bytes: u64,
    /// [`LOG_LEAVES`].
    pub log_leaves: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            listings: LISTINGS,
            listings_bytes: LISTINGS_BYTES,
            entries: ENTRIES,
            buckets: BUCKETS,
            burst: BURST,
            prefix_burst: PREFIX_BURST,
            reports: REPORTS,
            reports_bytes: REPORTS_BYTES,
            log_leaves: LOG_LEAVES,
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
    fn a_network_full_of_sellers_renews_without_a_pause() {
        let renewals = PREFIX_REFILL * 30 / crate::metrics::Method::Renew.cost();
        assert!(renewals >= 30_000);
        const _: () = assert!(PREFIX_BURST > BURST && PREFIX_REFILL > REFILL);
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
