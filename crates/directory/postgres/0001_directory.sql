-- The newest listing of each peer, as its signer sent it, and the number of the change that brought it. A listing that
-- was withdrawn stays for a while as a row without bytes, so that every process learns of it.
CREATE TABLE listing (
    peer       BYTEA  NOT NULL PRIMARY KEY CHECK (length(peer) = 32),
    seq        BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    entries    BIGINT NOT NULL,
    changed    BIGINT NOT NULL UNIQUE,
    signed     BYTEA
);
CREATE INDEX listing_by_expiry ON listing (expires_at);

-- Final terms, as buyer and seller signed them, in the order of the log.
CREATE TABLE report (
    number      BIGINT NOT NULL PRIMARY KEY,
    terms       BYTEA  NOT NULL UNIQUE CHECK (length(terms) = 32),
    deal        BYTEA  NOT NULL CHECK (length(deal) = 16),
    buyer       BYTEA  NOT NULL CHECK (length(buyer) = 32),
    seller      BYTEA  NOT NULL CHECK (length(seller) = 32),
    reporter    BYTEA  NOT NULL CHECK (length(reporter) = 32),
    reported_at BIGINT NOT NULL,
    by_buyer    BYTEA  NOT NULL,
    by_seller   BYTEA  NOT NULL,
    UNIQUE (deal, buyer, seller)
);
CREATE INDEX report_by_reporter ON report (reporter, reported_at);

-- What the lines of disclosed terms cost, one unit each.
CREATE TABLE price (
    report   BIGINT NOT NULL REFERENCES report (number),
    place    BIGINT NOT NULL,
    scheme   TEXT   NOT NULL,
    stem     TEXT   NOT NULL,
    unit     TEXT   NOT NULL,
    currency TEXT   NOT NULL,
    region   TEXT   NOT NULL,
    month    BIGINT NOT NULL,
    buyer    BYTEA  NOT NULL,
    seller   BYTEA  NOT NULL,
    price    TEXT   NOT NULL,
    PRIMARY KEY (report, place)
);
CREATE INDEX price_by_group ON price (scheme, stem, unit, currency, region, month);

-- How much there is, in one row; its lock gives writers their turns.
CREATE TABLE extent (
    one          BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    listings     BIGINT NOT NULL,
    bytes        BIGINT NOT NULL,
    entries      BIGINT NOT NULL,
    changed      BIGINT NOT NULL,
    reports      BIGINT NOT NULL,
    report_bytes BIGINT NOT NULL
);
INSERT INTO extent VALUES (1, 0, 0, 0, 0, 0, 0);
