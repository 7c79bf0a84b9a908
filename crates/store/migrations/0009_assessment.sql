-- What the buyer found about bids. The latest row of a bid and criterion counts. An empty criterion: the whole bid.
CREATE TABLE assessment (
    n         INTEGER PRIMARY KEY AUTOINCREMENT,
    deal      BLOB    NOT NULL CHECK (length(deal) = 16),
    bid       BLOB    NOT NULL CHECK (length(bid) = 32),
    criterion TEXT    NOT NULL,
    value     TEXT,
    excluded  INTEGER NOT NULL CHECK (excluded IN (0, 1)),
    reason    TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT;

CREATE INDEX assessment_latest ON assessment (deal, bid, criterion);

CREATE TRIGGER assessment_is_not_changed BEFORE UPDATE ON assessment
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER assessment_is_not_removed BEFORE DELETE ON assessment
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
