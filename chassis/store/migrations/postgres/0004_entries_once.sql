-- An index entry that holds is written once, not into a table and an index of that; one that ceased to hold moves to the past.
CREATE TABLE lookups_now (
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    since text COLLATE "C" NOT NULL,
    PRIMARY KEY (name, value, stream)
);
INSERT INTO lookups_now SELECT name, value, stream, max(since) FROM lookups WHERE until = '' GROUP BY name, value, stream;

CREATE TABLE lookups_past (
    name text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    since text COLLATE "C" NOT NULL,
    until text COLLATE "C" NOT NULL CHECK (until <> ''),
    PRIMARY KEY (name, value, stream, since)
);
INSERT INTO lookups_past SELECT name, value, stream, since, until FROM lookups WHERE until <> '';

-- Processes of the versions before this one read both as one; for what holds now, the check spares them the past.
DROP TABLE lookups;
CREATE VIEW lookups AS
    SELECT name, value, stream, since, ''::text COLLATE "C" AS until FROM lookups_now
    UNION ALL SELECT name, value, stream, since, until FROM lookups_past;

CREATE FUNCTION close_lookups(closed jsonb) RETURNS void LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM lookups_now AS l USING jsonb_array_elements(closed) AS c
            WHERE l.name = c ->> 0 AND l.value = c ->> 1 AND l.stream = c ->> 2
            RETURNING l.name, l.value, l.stream, l.since, c ->> 3 AS until
    )
    INSERT INTO lookups_past SELECT name, value, stream, since, until FROM gone
        ON CONFLICT (name, value, stream, since) DO UPDATE SET until = excluded.until
$$;

-- `lookups` are changes to be made one after the other; `opened` and `closed` are of entries that change once.
CREATE OR REPLACE FUNCTION write_beside(beside jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item jsonb;
BEGIN
    FOR item IN SELECT jsonb_array_elements(beside -> 'lookups') LOOP
        IF (item ->> 0)::boolean THEN
            INSERT INTO lookups_now VALUES (item ->> 1, item ->> 2, item ->> 3, item ->> 4) ON CONFLICT DO NOTHING;
        ELSE
            PERFORM close_lookups(jsonb_build_array(jsonb_build_array(item -> 1, item -> 2, item -> 3, item -> 4)));
        END IF;
    END LOOP;
    IF beside ? 'closed' THEN
        PERFORM close_lookups(beside -> 'closed');
    END IF;
    IF beside ? 'opened' THEN
        INSERT INTO lookups_now SELECT o ->> 0, o ->> 1, o ->> 2, o ->> 3 FROM jsonb_array_elements(beside -> 'opened') AS o
            ON CONFLICT DO NOTHING;
    END IF;
    IF beside ? 'timers' THEN
        DELETE FROM timers USING jsonb_array_elements(beside -> 'timers') AS t
            WHERE stream = t ->> 0 AND name = t ->> 1 AND t ->> 2 IS NULL;
        INSERT INTO timers SELECT t ->> 0, t ->> 1, t ->> 2 FROM jsonb_array_elements(beside -> 'timers') AS t
            WHERE t ->> 2 IS NOT NULL
            ON CONFLICT (stream, name) DO UPDATE SET due = excluded.due;
    END IF;
    IF beside ? 'obsolete' THEN
        DELETE FROM timers USING jsonb_array_elements(beside -> 'obsolete') AS o
            WHERE stream = o ->> 0 AND name = o ->> 1 AND due = o ->> 2;
    END IF;
    IF beside ? 'snapshots' THEN
        INSERT INTO snapshots
            SELECT s ->> 0, (s ->> 1)::bigint, s ->> 2, decode(s ->> 3, 'base64')
            FROM jsonb_array_elements(beside -> 'snapshots') AS s
            ON CONFLICT (stream) DO UPDATE SET version = excluded.version, schema = excluded.schema, state = excluded.state;
    END IF;
    IF beside ? 'parked' THEN
        INSERT INTO parked
            SELECT p ->> 0, (p ->> 1)::integer, p ->> 2, (p ->> 3)::bigint, p ->> 4, p ->> 5,
                   decode(p ->> 6, 'base64'), decode(p ->> 7, 'base64')
            FROM jsonb_array_elements(beside -> 'parked') AS p
            ON CONFLICT (topic, key, log_offset) DO UPDATE SET reason = excluded.reason;
    END IF;
    IF beside ? 'unparked' THEN
        DELETE FROM parked USING jsonb_array_elements(beside -> 'unparked') AS u
            WHERE topic = u ->> 0 AND key = u ->> 1 AND log_offset = (u ->> 2)::bigint;
    END IF;
    IF beside ? 'commands' THEN
        INSERT INTO commands
            SELECT c ->> 0, c ->> 1, c ->> 2, (c ->> 3)::bigint FROM jsonb_array_elements(beside -> 'commands') AS c;
    END IF;
    IF beside ? 'relayed' THEN
        INSERT INTO relayed
            SELECT (r ->> 0)::integer, (r ->> 1)::bigint FROM jsonb_array_elements(beside -> 'relayed') AS r
            ON CONFLICT (partition) DO UPDATE SET position = excluded.position;
    END IF;
END $$;
