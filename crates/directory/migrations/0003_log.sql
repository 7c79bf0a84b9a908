-- Each listing knows the number of the change that brought it. Peers whose listing is not known register again with
-- their next renewal, so the old rows are not carried over.
DROP TABLE listing;
CREATE TABLE listing (
    peer       BLOB    NOT NULL PRIMARY KEY CHECK (length(peer) = 32),
    seq        INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    entries    INTEGER NOT NULL,
    changed    INTEGER NOT NULL UNIQUE,
    signed     BLOB
) STRICT;
CREATE INDEX listing_by_expiry ON listing (expires_at);

-- Reports stand in the order of the log. Their receipts are signed anew, to the same bytes, whenever they are asked for.
ALTER TABLE report RENAME TO old_report;
DROP INDEX report_by_reporter;
CREATE TABLE report (
    number      INTEGER NOT NULL PRIMARY KEY,
    terms       BLOB    NOT NULL UNIQUE CHECK (length(terms) = 32),
    deal        BLOB    NOT NULL CHECK (length(deal) = 16),
    buyer       BLOB    NOT NULL CHECK (length(buyer) = 32),
    seller      BLOB    NOT NULL CHECK (length(seller) = 32),
    reporter    BLOB    NOT NULL CHECK (length(reporter) = 32),
    reported_at INTEGER NOT NULL,
    by_buyer    BLOB    NOT NULL,
    by_seller   BLOB    NOT NULL,
    UNIQUE (deal, buyer, seller)
) STRICT;
CREATE INDEX report_by_reporter ON report (reporter, reported_at);
INSERT INTO report
    SELECT row_number() OVER (ORDER BY reported_at, terms) - 1,
           terms, deal, buyer, seller, reporter, reported_at, by_buyer, by_seller FROM old_report;
DROP TABLE old_report;

-- What the lines of disclosed terms cost, one unit each.
CREATE TABLE price (
    report   INTEGER NOT NULL REFERENCES report (number),
    place    INTEGER NOT NULL,
    scheme   TEXT    NOT NULL,
    stem     TEXT    NOT NULL,
    unit     TEXT    NOT NULL,
    currency TEXT    NOT NULL,
    region   TEXT    NOT NULL,
    month    INTEGER NOT NULL,
    buyer    BLOB    NOT NULL,
    seller   BLOB    NOT NULL,
    price    TEXT    NOT NULL,
    PRIMARY KEY (report, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX price_by_group ON price (scheme, stem, unit, currency, region, month);

-- How much there is, in one row.
CREATE TABLE extent (
    one          INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    listings     INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    entries      INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    reports      INTEGER NOT NULL,
    report_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO extent
    SELECT 1, 0, 0, 0, 0, count(*), coalesce(sum(length(by_buyer) + length(by_seller)), 0) FROM report;
