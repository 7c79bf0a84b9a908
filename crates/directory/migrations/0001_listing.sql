-- The newest listing of each peer, as its signer sent it. Everything else about it is read from the signed bytes.
CREATE TABLE listing (
    peer       BLOB    NOT NULL PRIMARY KEY CHECK (length(peer) = 32),
    expires_at INTEGER NOT NULL,
    signed     BLOB    NOT NULL
) STRICT;
