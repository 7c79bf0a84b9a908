-- Signed documents, the bytes as received. Nothing is ever changed or removed.
-- An empty deal: the document stands alone. An empty recipient: a broadcast. An empty previous: the first of its chain.
CREATE TABLE document (
    n           INTEGER PRIMARY KEY AUTOINCREMENT,
    id          BLOB    NOT NULL UNIQUE CHECK (length(id) = 32),
    kind        TEXT    NOT NULL CHECK (kind <> ''),
    deal        BLOB    NOT NULL CHECK (length(deal) IN (0, 16)),
    sender      BLOB    NOT NULL CHECK (length(sender) = 32),
    recipient   BLOB    NOT NULL CHECK (length(recipient) IN (0, 32)),
    seq         INTEGER NOT NULL CHECK (seq >= 0),
    previous    BLOB    NOT NULL CHECK (length(previous) IN (0, 32)),
    received_at INTEGER NOT NULL,
    mine        INTEGER NOT NULL CHECK (mine IN (0, 1)),
    bytes       BLOB    NOT NULL
) STRICT;

CREATE INDEX document_deal ON document (deal);
CREATE INDEX document_recipient ON document (deal, recipient);
CREATE INDEX document_chain ON document (deal, sender, recipient, seq);

CREATE TRIGGER document_is_not_changed BEFORE UPDATE ON document
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER document_is_not_removed BEFORE DELETE ON document
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
