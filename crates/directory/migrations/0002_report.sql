-- Final terms, as buyer and seller signed them, and the receipt that answers every report of them.
CREATE TABLE report (
    terms       BLOB    NOT NULL PRIMARY KEY CHECK (length(terms) = 32),
    deal        BLOB    NOT NULL CHECK (length(deal) = 16),
    buyer       BLOB    NOT NULL CHECK (length(buyer) = 32),
    seller      BLOB    NOT NULL CHECK (length(seller) = 32),
    reporter    BLOB    NOT NULL CHECK (length(reporter) = 32),
    reported_at INTEGER NOT NULL,
    by_buyer    BLOB    NOT NULL,
    by_seller   BLOB    NOT NULL,
    receipt     BLOB    NOT NULL,
    UNIQUE (deal, buyer, seller)
) STRICT;

CREATE INDEX report_by_reporter ON report (reporter, reported_at);
