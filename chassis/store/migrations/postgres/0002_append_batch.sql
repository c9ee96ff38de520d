-- The same append with cheaper parameters: the states as one value beside their sizes, index entries and timers as sets.
-- `append_events` stays for processes of the version before this one.
CREATE FUNCTION append_batch(
    streams text[], versions bigint[], topics text[], states bytea, sizes integer[], ids text[], beside jsonb
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
        SELECT e.stream, e.version, e.topic, substr(states, (e.till - e.size + 1)::integer, e.size), last + e.n
        FROM (
            SELECT u.*, sum(u.size) OVER (ORDER BY u.n) AS till
            FROM unnest(streams, versions, topics, sizes) WITH ORDINALITY AS u (stream, version, topic, size, n)
        ) AS e;
    INSERT INTO event_ids (id, position) SELECT e.id, last + e.n FROM unnest(ids) WITH ORDINALITY AS e (id, n);
    IF beside <> '{}'::jsonb THEN
        PERFORM write_beside(beside);
    END IF;
    RETURN last;
END $$;

-- `lookups` are changes to be made one after the other; `opened` and `closed` are of entries that change once.
CREATE OR REPLACE FUNCTION write_beside(beside jsonb) RETURNS void LANGUAGE plpgsql AS $$
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
    IF beside ? 'closed' THEN
        UPDATE lookups AS l SET until = c ->> 3 FROM jsonb_array_elements(beside -> 'closed') AS c
            WHERE l.name = c ->> 0 AND l.value = c ->> 1 AND l.stream = c ->> 2 AND l.until = '';
    END IF;
    IF beside ? 'opened' THEN
        INSERT INTO lookups SELECT o ->> 0, o ->> 1, o ->> 2, o ->> 3, '' FROM jsonb_array_elements(beside -> 'opened') AS o
            ON CONFLICT (name, value, stream, since) DO UPDATE SET until = '';
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
