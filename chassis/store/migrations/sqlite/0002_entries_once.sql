-- An index entry that holds is written once, not into a table and an index of that; one that ceased to hold moves to the past.
CREATE TABLE lookups_now (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    stream TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (name, value, stream)
) WITHOUT ROWID;
INSERT INTO lookups_now SELECT name, value, stream, max(since) FROM lookups WHERE until = '' GROUP BY name, value, stream;

CREATE TABLE lookups_past (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    stream TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (name, value, stream, since)
) WITHOUT ROWID;
INSERT INTO lookups_past SELECT name, value, stream, since, until FROM lookups WHERE until <> '';

DROP TABLE lookups;
