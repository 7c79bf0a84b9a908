-- Verified documents that wait for an earlier one of their chain. Not acknowledged yet.
CREATE TABLE parked (
    document    BLOB    NOT NULL PRIMARY KEY CHECK (length(document) = 32),
    deal        BLOB    NOT NULL CHECK (length(deal) = 16),
    sender      BLOB    NOT NULL CHECK (length(sender) = 32),
    recipient   BLOB    NOT NULL CHECK (length(recipient) IN (0, 32)),
    seq         INTEGER NOT NULL CHECK (seq >= 0),
    received_at INTEGER NOT NULL,
    bytes       BLOB    NOT NULL
) STRICT;

CREATE INDEX parked_chain ON parked (deal, sender, recipient, seq);
CREATE INDEX parked_sender ON parked (sender);
CREATE INDEX parked_age ON parked (received_at);
