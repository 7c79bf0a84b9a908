-- Bids of ours for which a directory's stamp is wanted, until one is there or their deadline has passed.
CREATE TABLE stamp_wish (
    document        BLOB    NOT NULL PRIMARY KEY CHECK (length(document) = 32),
    deal            BLOB    NOT NULL CHECK (length(deal) = 16),
    deadline        INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX stamp_wish_due ON stamp_wish (next_attempt_at);
