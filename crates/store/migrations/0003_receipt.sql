-- Signed receipts, issued by us and by others. The first of a kind stays.
CREATE TABLE receipt (
    document BLOB    NOT NULL CHECK (length(document) = 32),
    signer   BLOB    NOT NULL CHECK (length(signer) = 32),
    stage    TEXT    NOT NULL CHECK (stage IN ('received', 'read')),
    deal     BLOB    NOT NULL CHECK (length(deal) = 16),
    at       INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    PRIMARY KEY (document, signer, stage)
) STRICT, WITHOUT ROWID;

CREATE INDEX receipt_deal ON receipt (deal, at);

CREATE TRIGGER receipt_is_not_changed BEFORE UPDATE ON receipt
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER receipt_is_not_removed BEFORE DELETE ON receipt
BEGIN SELECT RAISE(ABORT, 'append-only'); END;
