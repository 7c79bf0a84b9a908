-- The files that documents name, by hash: what was signed of them.
CREATE TABLE attachment (
    document   BLOB    NOT NULL REFERENCES document (id),
    place      INTEGER NOT NULL CHECK (place >= 0),
    deal       BLOB    NOT NULL CHECK (length(deal) = 16),
    sender     BLOB    NOT NULL CHECK (length(sender) = 32),
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32),
    size       INTEGER NOT NULL CHECK (size >= 0),
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    PRIMARY KEY (document, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX attachment_sha256 ON attachment (sha256, deal);
CREATE INDEX attachment_deal ON attachment (deal);

-- The files that are here, whole and with that hash. Their bytes lie in the folder beside the database.
CREATE TABLE blob (
    sha256   BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    size     INTEGER NOT NULL CHECK (size >= 0),
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX blob_added ON blob (added_at);

-- Files that a person wants and that are not here yet. A reason says why one is not tried any more. The number names the
-- file with what has come so far, of which so many bytes are surely on disk.
CREATE TABLE fetch (
    n         INTEGER PRIMARY KEY AUTOINCREMENT,
    deal      BLOB    NOT NULL CHECK (length(deal) = 16),
    peer      BLOB    NOT NULL CHECK (length(peer) = 32),
    sha256    BLOB    NOT NULL CHECK (length(sha256) = 32),
    size      INTEGER NOT NULL CHECK (size >= 0),
    have      INTEGER NOT NULL CHECK (have BETWEEN 0 AND size),
    wanted_at INTEGER NOT NULL,
    reason    INTEGER,
    UNIQUE (deal, peer, sha256)
) STRICT;

CREATE INDEX fetch_open ON fetch (n) WHERE reason IS NULL;
