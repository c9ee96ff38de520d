-- What stands beside the events: all of it but commands and parked follows from events and can be rebuilt.
CREATE TABLE event_ids (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE lookups (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    stream TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (name, value, stream, since)
) WITHOUT ROWID;
CREATE INDEX lookups_live ON lookups (name, value, stream) WHERE until = '';

CREATE TABLE timers (
    stream TEXT NOT NULL,
    name TEXT NOT NULL,
    due TEXT NOT NULL,
    PRIMARY KEY (stream, name)
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due);

CREATE TABLE snapshots (
    stream TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    schema TEXT NOT NULL,
    state BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE inbox (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL,
    log_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;

CREATE TABLE relayed (
    partition INTEGER PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE parked (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    key TEXT NOT NULL,
    log_offset INTEGER NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    headers BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (topic, key, log_offset)
) WITHOUT ROWID;

CREATE TABLE commands (
    cause TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL
) WITHOUT ROWID;
