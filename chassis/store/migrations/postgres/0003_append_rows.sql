-- The same append again, cheaper: the states as an array, NULL for ids and for changes beside the events where there are none.
-- `append_events` and `append_batch` stay for processes of the versions before this one.
CREATE FUNCTION append_rows(
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
    IF ids IS NOT NULL THEN
        INSERT INTO event_ids (id, position)
            SELECT e.id, last + e.n FROM unnest(ids) WITH ORDINALITY AS e (id, n) WHERE e.id IS NOT NULL;
    END IF;
    IF beside IS NOT NULL THEN
        PERFORM write_beside(beside);
    END IF;
    RETURN last;
END $$;
