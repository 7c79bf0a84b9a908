-- What is to be delivered, a row a recipient and document. A row in front is the oldest unanswered one of its
-- recipient; only it is tried, which keeps the order.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient       BLOB    NOT NULL CHECK (length(recipient) = 32),
    document        BLOB    NOT NULL REFERENCES document (id),
    deal            BLOB    NOT NULL CHECK (length(deal) = 16),
    state           TEXT    NOT NULL CHECK (state IN ('queued', 'sent', 'received', 'refused', 'expired')),
    in_front        INTEGER NOT NULL CHECK (in_front IN (0, 1)),
    attempts        INTEGER NOT NULL CHECK (attempts >= 0),
    enqueued_at     INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    sent_at         INTEGER,
    answered_at     INTEGER,
    read_at         INTEGER,
    reason          INTEGER,
    detail          TEXT    NOT NULL,
    UNIQUE (recipient, document),
    CHECK (in_front = 0 OR state IN ('queued', 'sent'))
) STRICT;

CREATE UNIQUE INDEX outbox_front ON outbox (recipient) WHERE in_front = 1;
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE in_front = 1;
CREATE INDEX outbox_open ON outbox (recipient) WHERE state IN ('queued', 'sent');
CREATE INDEX outbox_expiry ON outbox (expires_at) WHERE state IN ('queued', 'sent');
CREATE INDEX outbox_deal ON outbox (deal);
