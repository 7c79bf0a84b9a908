-- Which way the receipt of a delivery came, where that is known.
ALTER TABLE outbox ADD COLUMN way TEXT CHECK (way IN ('direct', 'relay'));
