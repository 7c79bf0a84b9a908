-- Projections for screens and clocks; the journals are the truth.
CREATE TABLE deal (
    deal       BLOB    NOT NULL PRIMARY KEY CHECK (length(deal) = 16),
    role       TEXT    NOT NULL CHECK (role IN ('buyer', 'seller')),
    buyer      BLOB    NOT NULL CHECK (length(buyer) = 32),
    rfp        BLOB    NOT NULL CHECK (length(rfp) IN (0, 32)),
    revision   INTEGER NOT NULL CHECK (revision >= 0),
    title      TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    needs_me   INTEGER NOT NULL CHECK (needs_me IN (0, 1)),
    act_by     INTEGER,
    wake_at    INTEGER,
    closes_at  INTEGER,
    updated_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX deal_order ON deal (1 - needs_me, ifnull(act_by, 9223372036854775807), -updated_at, deal);
CREATE INDEX deal_wake ON deal (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE dialogue (
    deal        BLOB    NOT NULL REFERENCES deal (deal),
    seller      BLOB    NOT NULL CHECK (length(seller) = 32),
    state       TEXT    NOT NULL,
    turn        TEXT    NOT NULL CHECK (turn IN ('buyer', 'seller', 'nobody')),
    act_by      INTEGER,
    wake_at     INTEGER,
    bid         BLOB    NOT NULL CHECK (length(bid) IN (0, 32)),
    total_minor INTEGER,
    currency    TEXT,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (deal, seller),
    CHECK ((total_minor IS NULL) = (currency IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX dialogue_wake ON dialogue (wake_at) WHERE wake_at IS NOT NULL;
