-- Final terms and both signatures over them. Empty bytes: that side has not signed yet.
CREATE TABLE report (
    terms     BLOB NOT NULL PRIMARY KEY CHECK (length(terms) = 32),
    deal      BLOB NOT NULL CHECK (length(deal) = 16),
    seller    BLOB NOT NULL CHECK (length(seller) = 32),
    by_buyer  BLOB NOT NULL,
    by_seller BLOB NOT NULL
) STRICT;

CREATE INDEX report_deal ON report (deal, seller);

-- How far the report has come, a row a directory. Empty receipt: none yet.
CREATE TABLE report_state (
    terms           BLOB    NOT NULL REFERENCES report (terms),
    directory       BLOB    NOT NULL CHECK (length(directory) = 32),
    state           TEXT    NOT NULL CHECK (state IN ('queued', 'accepted', 'refused')),
    attempts        INTEGER NOT NULL CHECK (attempts >= 0),
    next_attempt_at INTEGER NOT NULL,
    reason          INTEGER,
    detail          TEXT    NOT NULL,
    receipt         BLOB    NOT NULL,
    PRIMARY KEY (terms, directory)
) STRICT, WITHOUT ROWID;

CREATE INDEX report_due ON report_state (next_attempt_at) WHERE state = 'queued';
