-- What a row of the list of deals says, so that the list replays nothing. Projections, as in 0008.
-- `leads`: at most three peers of 32 bytes each, the most important first. Empty words: nothing to say.
ALTER TABLE deal ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0 CHECK (is_over IN (0, 1));
ALTER TABLE deal ADD COLUMN falls TEXT NOT NULL DEFAULT '';
ALTER TABLE deal ADD COLUMN lead_state TEXT NOT NULL DEFAULT '';
ALTER TABLE deal ADD COLUMN party TEXT NOT NULL DEFAULT '';
ALTER TABLE deal ADD COLUMN leads BLOB NOT NULL DEFAULT x'' CHECK (length(leads) IN (0, 32, 64, 96));
ALTER TABLE deal ADD COLUMN invited INTEGER NOT NULL DEFAULT 0 CHECK (invited >= 0);
ALTER TABLE deal ADD COLUMN received INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0);
ALTER TABLE deal ADD COLUMN bids INTEGER NOT NULL DEFAULT 0 CHECK (bids >= 0);
ALTER TABLE deal ADD COLUMN declined INTEGER NOT NULL DEFAULT 0 CHECK (declined >= 0);
ALTER TABLE deal ADD COLUMN best_minor INTEGER;
ALTER TABLE deal ADD COLUMN best_currency TEXT;

-- Words that find a deal, as trade::words splits them.
CREATE TABLE deal_word (
    deal BLOB NOT NULL REFERENCES deal (deal),
    word TEXT NOT NULL CHECK (word <> ''),
    PRIMARY KEY (deal, word)
) STRICT, WITHOUT ROWID;

CREATE INDEX notice_deal ON notice (deal) WHERE acknowledged_at IS NULL;
