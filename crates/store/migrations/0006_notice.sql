-- What needs a person. Empty deal, peer or document: the notice is about none.
CREATE TABLE notice (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    at              INTEGER NOT NULL,
    deal            BLOB    NOT NULL CHECK (length(deal) IN (0, 16)),
    peer            BLOB    NOT NULL CHECK (length(peer) IN (0, 32)),
    kind            TEXT    NOT NULL CHECK (kind <> ''),
    document        BLOB    NOT NULL CHECK (length(document) IN (0, 32)),
    acknowledged_at INTEGER,
    UNIQUE (deal, peer, kind, document)
) STRICT;

CREATE INDEX notice_open ON notice (id) WHERE acknowledged_at IS NULL;
