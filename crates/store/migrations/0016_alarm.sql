-- How loud a notice was when it came, and until when a person does not want to hear of it. Those that put off ring anew.
ALTER TABLE notice ADD COLUMN loudness TEXT NOT NULL DEFAULT 'shown' CHECK (loudness IN ('silent', 'shown', 'rings'));
ALTER TABLE notice ADD COLUMN snoozed_until INTEGER;

CREATE INDEX notice_snoozed ON notice (snoozed_until) WHERE snoozed_until IS NOT NULL AND acknowledged_at IS NULL;
