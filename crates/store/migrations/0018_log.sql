-- The newest head of each directory's log of final terms that was found to continue the one before, signed.
CREATE TABLE log_head (
    directory BLOB NOT NULL PRIMARY KEY CHECK (length(directory) = 32),
    signed    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Heads that others handed over, until they are compared with our own.
CREATE TABLE log_heard (
    directory BLOB    NOT NULL CHECK (length(directory) = 32),
    head      BLOB    NOT NULL CHECK (length(head) = 32),
    heard_at  INTEGER NOT NULL,
    signed    BLOB    NOT NULL,
    PRIMARY KEY (directory, head)
) STRICT, WITHOUT ROWID;

-- Two heads of one directory that contradict each other. The first two found stay.
CREATE TABLE log_fork (
    directory BLOB    NOT NULL PRIMARY KEY CHECK (length(directory) = 32),
    found_at  INTEGER NOT NULL,
    one       BLOB    NOT NULL,
    other     BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Where reported terms stand in a directory's log: leaf, signed head, and the hashes between. Empty head: still wanted.
CREATE TABLE log_proof (
    terms           BLOB    NOT NULL CHECK (length(terms) = 32),
    directory       BLOB    NOT NULL CHECK (length(directory) = 32),
    deal            BLOB    NOT NULL CHECK (length(deal) = 16),
    next_attempt_at INTEGER NOT NULL,
    leaf            INTEGER NOT NULL CHECK (leaf >= 0),
    head            BLOB    NOT NULL,
    path            BLOB    NOT NULL CHECK (length(path) % 32 = 0),
    PRIMARY KEY (terms, directory)
) STRICT, WITHOUT ROWID;

CREATE INDEX log_proof_due ON log_proof (next_attempt_at) WHERE head = x'';
CREATE INDEX log_proof_deal ON log_proof (deal);

-- What was accepted before proofs were asked for.
INSERT INTO log_proof (terms, directory, deal, next_attempt_at, leaf, head, path)
    SELECT terms, directory, deal, 0, 0, x'', x'' FROM report_state JOIN report USING (terms)
    WHERE state = 'accepted';
