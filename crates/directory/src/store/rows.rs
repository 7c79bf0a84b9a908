//! The statements, one text for both databases: this file is compiled once for each, with its connection.

use opener_trade::{DocumentId, PeerId, Timestamp, Verified, document::Listing};

use super::{Connection, LOCK_EXTENT, SHARED};
use crate::{
    limits::{EXPIRED_AT_ONCE, LOAD_AT_ONCE, Limits, PRICES_READ, REPORTS_WINDOW, TOMBSTONE},
    prices::Group,
    store::{Change, Changed, Extent, Outcome, PriceRow, Report},
};

/// `seq` is unsigned and the database's integers are not: the same order, from the lowest integer on.
const fn ordered(seq: u64) -> i64 {
    (seq ^ (1 << 63)).cast_signed()
}

const fn seq(ordered: i64) -> u64 {
    ordered.cast_unsigned() ^ (1 << 63)
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Reads how much there is; on PostgreSQL nobody else does until the transaction ends.
pub(super) async fn extent(connection: &mut Connection) -> sqlx::Result<Extent> {
    let row: (i64, i64, i64, i64, i64, i64) =
        sqlx::query_as(LOCK_EXTENT).fetch_one(connection).await?;
    Ok(Extent {
        listings: row.0,
        bytes: row.1,
        entries: row.2,
        changed: row.3,
        reports: row.4,
        report_bytes: row.5,
    })
}

/// Within a transaction: makes the changes and tells whether anything is different now.
pub(super) async fn apply(
    connection: &mut Connection,
    changes: &[Change],
    limits: &Limits,
    now: Timestamp,
) -> sqlx::Result<(Vec<Outcome>, bool)> {
    let before = extent(connection).await?;
    let mut extent = before;
    forget_expired(connection, &mut extent, now).await?;
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        outcomes.push(match change {
            Change::Put { listing, entries } => {
                put(connection, &mut extent, listing, *entries, limits, now).await?
            }
            Change::Withdraw(peer) => withdraw(connection, &mut extent, peer, now).await?,
            Change::Report(terms) => report(connection, &mut extent, terms, limits, now).await?,
        });
    }
    let is_different = extent != before;
    if is_different {
        sqlx::query(
            "UPDATE extent SET listings = $1, bytes = $2, entries = $3, changed = $4, reports = $5, report_bytes = $6",
        )
        .bind(extent.listings)
        .bind(extent.bytes)
        .bind(extent.entries)
        .bind(extent.changed)
        .bind(extent.reports)
        .bind(extent.report_bytes)
        .execute(connection)
        .await?;
    }
    Ok((outcomes, is_different))
}

async fn forget_expired(
    connection: &mut Connection,
    extent: &mut Extent,
    now: Timestamp,
) -> sqlx::Result<()> {
    let gone: Vec<(i64, i64)> = sqlx::query_as(
        "DELETE FROM listing WHERE peer IN (SELECT peer FROM listing WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
         RETURNING coalesce(CAST(length(signed) AS BIGINT), -1), entries",
    )
    .bind(now.millis())
    .bind(count(EXPIRED_AT_ONCE))
    .fetch_all(connection)
    .await?;
    for (bytes, entries) in gone.into_iter().filter(|(bytes, _)| *bytes >= 0) {
        take(extent, bytes, entries);
    }
    Ok(())
}

const fn take(extent: &mut Extent, bytes: i64, entries: i64) {
    extent.listings -= 1;
    extent.bytes -= bytes;
    extent.entries -= entries;
}

/// `seq`, expiry, number, bytes and entries of a listing that is not withdrawn.
type Kept = (i64, i64, i64, Vec<u8>, i64);

async fn kept(connection: &mut Connection, peer: &PeerId) -> sqlx::Result<Option<Kept>> {
    sqlx::query_as(
        "SELECT seq, expires_at, changed, signed, entries FROM listing WHERE peer = $1 AND signed IS NOT NULL",
    )
    .bind(&peer.as_bytes()[..])
    .fetch_optional(connection)
    .await
}

async fn put(
    connection: &mut Connection,
    extent: &mut Extent,
    listing: &Verified<Listing>,
    entries: u64,
    limits: &Limits,
    now: Timestamp,
) -> sqlx::Result<Outcome> {
    let peer = listing.signer();
    let mut room = *extent;
    if let Some((old, expires_at, number, signed, entries)) = kept(connection, &peer).await? {
        if expires_at > now.millis() {
            if signed == listing.bytes()[..] {
                return Ok(Outcome::SameListing(number));
            }
            if crate::listing::is_stale(seq(old), listing.seq) {
                return Ok(Outcome::Stale(seq(old)));
            }
        }
        take(&mut room, length(&signed), entries);
    }
    let entries = i64::try_from(entries).unwrap_or(i64::MAX);
    room.listings += 1;
    room.bytes += length(listing.bytes());
    room.entries = room.entries.saturating_add(entries);
    room.changed += 1;
    if room.listings > count(limits.listings)
        || room.bytes > count(limits.listings_bytes)
        || room.entries > count(limits.entries)
    {
        return Ok(Outcome::Full);
    }
    sqlx::query(
        "INSERT INTO listing (peer, seq, expires_at, entries, changed, signed) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (peer) DO UPDATE SET seq = excluded.seq, expires_at = excluded.expires_at,
             entries = excluded.entries, changed = excluded.changed, signed = excluded.signed",
    )
    .bind(&peer.as_bytes()[..])
    .bind(ordered(listing.seq))
    .bind(listing.expires_at.millis())
    .bind(entries)
    .bind(room.changed)
    .bind(&listing.bytes()[..])
    .execute(connection)
    .await?;
    *extent = room;
    Ok(Outcome::Kept(room.changed))
}

/// Where several processes share the database, the others learn of it by a row without a listing, which expires too.
async fn withdraw(
    connection: &mut Connection,
    extent: &mut Extent,
    peer: &PeerId,
    now: Timestamp,
) -> sqlx::Result<Outcome> {
    let Some((_, _, _, signed, entries)) = kept(connection, peer).await? else {
        return Ok(Outcome::Withdrawn);
    };
    take(extent, length(&signed), entries);
    extent.changed += 1;
    if SHARED {
        sqlx::query(
            "UPDATE listing SET seq = $1, expires_at = $2, entries = 0, changed = $3, signed = NULL WHERE peer = $4",
        )
        .bind(ordered(0))
        .bind(now.plus(TOMBSTONE).millis())
        .bind(extent.changed)
        .bind(&peer.as_bytes()[..])
        .execute(connection)
        .await?;
    } else {
        sqlx::query("DELETE FROM listing WHERE peer = $1")
            .bind(&peer.as_bytes()[..])
            .execute(connection)
            .await?;
    }
    Ok(Outcome::Withdrawn)
}

async fn report(
    connection: &mut Connection,
    extent: &mut Extent,
    report: &Report,
    limits: &Limits,
    now: Timestamp,
) -> sqlx::Result<Outcome> {
    let kept: Option<(Vec<u8>, i64)> = sqlx::query_as(
        "SELECT terms, reported_at FROM report WHERE deal = $1 AND buyer = $2 AND seller = $3",
    )
    .bind(&report.deal.as_bytes()[..])
    .bind(&report.buyer.as_bytes()[..])
    .bind(&report.seller.as_bytes()[..])
    .fetch_optional(&mut *connection)
    .await?;
    match kept {
        Some((terms, at)) if terms == report.terms.as_bytes()[..] => {
            return Ok(Outcome::SameTerms(Timestamp::from_millis(at)));
        }
        Some(_) => return Ok(Outcome::OtherTerms),
        None => {}
    }
    let today: i64 =
        sqlx::query_scalar("SELECT count(*) FROM report WHERE reporter = $1 AND reported_at > $2")
            .bind(&report.reporter.as_bytes()[..])
            .bind(now.millis() - REPORTS_WINDOW.millis())
            .fetch_one(&mut *connection)
            .await?;
    if today >= i64::from(limits.reports) {
        return Ok(Outcome::TooManyReports);
    }
    let bytes = extent.report_bytes + length(&report.by_buyer) + length(&report.by_seller);
    if bytes.cast_unsigned() > limits.reports_bytes
        || extent.reports.cast_unsigned() >= limits.log_leaves
    {
        return Ok(Outcome::NoRoom);
    }
    sqlx::query(
        "INSERT INTO report (number, terms, deal, buyer, seller, reporter, reported_at, by_buyer, by_seller)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(extent.reports)
    .bind(&report.terms.as_bytes()[..])
    .bind(&report.deal.as_bytes()[..])
    .bind(&report.buyer.as_bytes()[..])
    .bind(&report.seller.as_bytes()[..])
    .bind(&report.reporter.as_bytes()[..])
    .bind(now.millis())
    .bind(&report.by_buyer[..])
    .bind(&report.by_seller[..])
    .execute(&mut *connection)
    .await?;
    for (place, (group, price)) in report.prices.iter().enumerate() {
        sqlx::query(
            "INSERT INTO price (report, place, scheme, stem, unit, currency, region, month, buyer, seller, price)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(extent.reports)
        .bind(count(place))
        .bind(group.scheme.as_str())
        .bind(group.stem.as_str())
        .bind(group.unit.as_str())
        .bind(group.currency.as_str())
        .bind(group.region.as_str())
        .bind(group.month)
        .bind(&report.buyer.as_bytes()[..])
        .bind(&report.seller.as_bytes()[..])
        .bind(price.as_str())
        .execute(&mut *connection)
        .await?;
    }
    extent.report_bytes = bytes;
    extent.reports += 1;
    Ok(Outcome::Reported(now))
}

pub(super) async fn changed_after(
    connection: &mut Connection,
    number: i64,
) -> sqlx::Result<Vec<Changed>> {
    let rows: Vec<(i64, Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(
        "SELECT changed, peer, signed FROM listing WHERE changed > $1 ORDER BY changed LIMIT $2",
    )
    .bind(number)
    .bind(LOAD_AT_ONCE)
    .fetch_all(connection)
    .await?;
    let changed = rows.into_iter().map(|(number, peer, signed)| Changed {
        number,
        peer,
        signed,
    });
    Ok(changed.collect())
}

pub(super) async fn terms_from(
    connection: &mut Connection,
    number: i64,
) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar("SELECT terms FROM report WHERE number >= $1 ORDER BY number LIMIT $2")
        .bind(number)
        .bind(LOAD_AT_ONCE)
        .fetch_all(connection)
        .await
}

pub(super) async fn kept_terms(
    connection: &mut Connection,
    terms: DocumentId,
) -> sqlx::Result<Option<(i64, Timestamp)>> {
    let row: Option<(i64, i64)> =
        sqlx::query_as("SELECT number, reported_at FROM report WHERE terms = $1")
            .bind(&terms.as_bytes()[..])
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(number, at)| (number, Timestamp::from_millis(at))))
}

pub(super) async fn prices(
    connection: &mut Connection,
    group: &Group,
    since_month: i64,
) -> sqlx::Result<Vec<PriceRow>> {
    sqlx::query_as(
        "SELECT month, buyer, seller, price FROM price WHERE scheme = $1 AND stem = $2 AND unit = $3 AND currency = $4
             AND region = $5 AND month >= $6 ORDER BY month DESC, report DESC, place LIMIT $7",
    )
    .bind(group.scheme.as_str())
    .bind(group.stem.as_str())
    .bind(group.unit.as_str())
    .bind(group.currency.as_str())
    .bind(group.region.as_str())
    .bind(since_month)
    .bind(PRICES_READ)
    .fetch_all(connection)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seq_keeps_its_place_among_the_databases_integers() {
        for (lower, higher) in [(0, 1), (1 << 62, 1 << 63), (u64::MAX - 1, u64::MAX)] {
            assert!(ordered(lower) < ordered(higher));
            assert_eq!((seq(ordered(lower)), seq(ordered(higher))), (lower, higher));
        }
    }
}
