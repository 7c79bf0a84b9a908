-- What the person here wrote about a peer: a name of their own, groups. No `kept_at`: the peer is only known of.
ALTER TABLE contact ADD COLUMN own_name TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN kept_at INTEGER;

CREATE TABLE contact_group (
    name TEXT NOT NULL CHECK (name <> ''),
    peer BLOB NOT NULL REFERENCES contact (peer),
    PRIMARY KEY (name, peer)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_group_peer ON contact_group (peer);

DROP INDEX contact_unmet;
CREATE INDEX contact_unmet ON contact (coalesce(last_seen, known_at))
    WHERE met_at IS NULL AND blocked = 0 AND kept_at IS NULL;
