-- Peers we know: from a directory, from a deal, or typed in. Empty bytes: no listing of theirs is known.
CREATE TABLE contact (
    peer        BLOB    NOT NULL PRIMARY KEY CHECK (length(peer) = 32),
    name        TEXT    NOT NULL,
    addresses   TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    listing_seq INTEGER NOT NULL CHECK (listing_seq >= 0),
    known_at    INTEGER NOT NULL,
    last_seen   INTEGER,
    met_at      INTEGER,
    blocked     INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    listing     BLOB    NOT NULL
) STRICT;

CREATE INDEX contact_name ON contact (name, peer);
CREATE INDEX contact_unmet ON contact (coalesce(last_seen, known_at)) WHERE met_at IS NULL AND blocked = 0;
