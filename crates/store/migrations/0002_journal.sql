-- What the machines were given and decided, in order. An empty peer: the machine of the request.
CREATE TABLE journal (
    deal  BLOB    NOT NULL CHECK (length(deal) = 16),
    peer  BLOB    NOT NULL CHECK (length(peer) IN (0, 32)),
    n     INTEGER NOT NULL CHECK (n >= 1),
    at    INTEGER NOT NULL,
    entry BLOB    NOT NULL,
    PRIMARY KEY (deal, peer, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER journal_is_not_removed BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
