-- What a person is writing, and forms kept to begin from. The form is the screen's own JSON. An empty deal: of none.
CREATE TABLE draft (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    shelf    TEXT    NOT NULL CHECK (shelf IN ('draft', 'template')),
    kind     TEXT    NOT NULL CHECK (kind IN ('rfp', 'bid')),
    deal     BLOB    NOT NULL CHECK (length(deal) IN (0, 16)),
    name     TEXT    NOT NULL,
    version  INTEGER NOT NULL CHECK (version >= 1),
    saved_at INTEGER NOT NULL,
    form     TEXT    NOT NULL
) STRICT;

CREATE INDEX draft_shelf ON draft (shelf, kind, saved_at);
