-- What stands beside the events: all of it but commands and parked follows from events and can be rebuilt.
CREATE TABLE event_ids (
    id text PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE lookups (
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    since text COLLATE "C" NOT NULL,
    until text COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (name, value, stream, since)
);
CREATE INDEX lookups_live ON lookups (name, value, stream) WHERE until = '';

CREATE TABLE timers (
    stream text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    due text COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, name)
);
CREATE INDEX timers_due ON timers (due);

CREATE TABLE snapshots (
    stream text PRIMARY KEY,
    version bigint NOT NULL,
    schema text NOT NULL,
    state bytea NOT NULL
);

CREATE TABLE inbox (
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    position bigint NOT NULL,
    log_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

CREATE TABLE relayed (
    partition integer PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE parked (
    topic text COLLATE "C" NOT NULL,
    partition integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    log_offset bigint NOT NULL,
    reason text NOT NULL,
    since text COLLATE "C" NOT NULL,
    headers bytea NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (topic, key, log_offset)
);

CREATE TABLE commands (
    cause text PRIMARY KEY,
    fingerprint text NOT NULL,
    stream text NOT NULL,
    version bigint NOT NULL
);

-- One append is one call, so one round trip and one transaction. The lock orders the log as it commits: nobody who reads
-- up to a position can miss an event below it, and positions have no gaps.
CREATE FUNCTION append_events(
    streams text[], versions bigint[], topics text[], states bytea[], ids text[], beside jsonb
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext(current_schema()), 1);
    IF beside ? 'inbox' THEN
        PERFORM move_inbox(beside -> 'inbox');
    END IF;
    SELECT coalesce(max(notification_id), 0) INTO last FROM stored_events;
    INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
        SELECT e.stream, e.version, e.topic, e.state, last + e.n
        FROM unnest(streams, versions, topics, states) WITH ORDINALITY AS e (stream, version, topic, state, n);
    INSERT INTO event_ids (id, position) SELECT e.id, last + e.n FROM unnest(ids) WITH ORDINALITY AS e (id, n);
    IF beside <> '{}'::jsonb THEN
        PERFORM write_beside(beside);
    END IF;
    RETURN last;
END $$;

CREATE FUNCTION move_inbox(moves jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    move jsonb;
    moved integer;
BEGIN
    FOR move IN SELECT jsonb_array_elements(moves) LOOP
        IF (move ->> 2)::bigint = 0 THEN
            INSERT INTO inbox VALUES (move ->> 0, (move ->> 1)::integer, (move ->> 3)::bigint, (move ->> 4)::bigint)
                ON CONFLICT DO NOTHING;
        ELSE
            UPDATE inbox SET position = (move ->> 3)::bigint, log_offset = (move ->> 4)::bigint
                WHERE topic = move ->> 0 AND partition = (move ->> 1)::integer AND position = (move ->> 2)::bigint;
        END IF;
        GET DIAGNOSTICS moved = ROW_COUNT;
        IF moved <> 1 THEN
            RAISE EXCEPTION '%/% is no longer at position %', move ->> 0, move ->> 1, move ->> 2 USING ERRCODE = 'RB001';
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION write_beside(beside jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item jsonb;
BEGIN
    FOR item IN SELECT jsonb_array_elements(beside -> 'lookups') LOOP
        IF (item ->> 0)::boolean THEN
            INSERT INTO lookups VALUES (item ->> 1, item ->> 2, item ->> 3, item ->> 4, '')
                ON CONFLICT (name, value, stream, since) DO UPDATE SET until = '';
        ELSE
            UPDATE lookups SET until = item ->> 4
                WHERE name = item ->> 1 AND value = item ->> 2 AND stream = item ->> 3 AND until = '';
        END IF;
    END LOOP;
    FOR item IN SELECT jsonb_array_elements(beside -> 'timers') LOOP
        IF item ->> 2 IS NULL THEN
            DELETE FROM timers WHERE stream = item ->> 0 AND name = item ->> 1;
        ELSE
            INSERT INTO timers VALUES (item ->> 0, item ->> 1, item ->> 2)
                ON CONFLICT (stream, name) DO UPDATE SET due = excluded.due;
        END IF;
    END LOOP;
    DELETE FROM timers USING jsonb_array_elements(beside -> 'obsolete') AS o
        WHERE stream = o ->> 0 AND name = o ->> 1 AND due = o ->> 2;
    INSERT INTO snapshots
        SELECT s ->> 0, (s ->> 1)::bigint, s ->> 2, decode(s ->> 3, 'base64') FROM jsonb_array_elements(beside -> 'snapshots') AS s
        ON CONFLICT (stream) DO UPDATE SET version = excluded.version, schema = excluded.schema, state = excluded.state;
    INSERT INTO parked
        SELECT p ->> 0, (p ->> 1)::integer, p ->> 2, (p ->> 3)::bigint, p ->> 4, p ->> 5,
               decode(p ->> 6, 'base64'), decode(p ->> 7, 'base64')
        FROM jsonb_array_elements(beside -> 'parked') AS p
        ON CONFLICT (topic, key, log_offset) DO UPDATE SET reason = excluded.reason;
    DELETE FROM parked USING jsonb_array_elements(beside -> 'unparked') AS u
        WHERE topic = u ->> 0 AND key = u ->> 1 AND log_offset = (u ->> 2)::bigint;
    INSERT INTO commands
        SELECT c ->> 0, c ->> 1, c ->> 2, (c ->> 3)::bigint FROM jsonb_array_elements(beside -> 'commands') AS c;
    INSERT INTO relayed
        SELECT (r ->> 0)::integer, (r ->> 1)::bigint FROM jsonb_array_elements(beside -> 'relayed') AS r
        ON CONFLICT (partition) DO UPDATE SET position = excluded.position;
END $$;
