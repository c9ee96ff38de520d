-- The same append again, cheaper: the states as an array; the ids that guard with the places of their events among these; NULL
-- where there are no ids or no changes beside the events.
-- `append_events` and `append_batch` stay for processes of the versions before this one.
CREATE FUNCTION append_rows(
    streams text[], versions bigint[], topics text[], states bytea[], ids text[], places bigint[], beside jsonb
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    alone boolean := pg_advisory_xact_lock(hashtext(current_schema()), 1) IS NOT NULL; -- PERFORM would be a query of its own
    last bigint;
BEGIN
    IF beside ? 'inbox' THEN
        PERFORM move_inbox(beside -> 'inbox');
    END IF;
    SELECT coalesce(max(notification_id), 0) INTO last FROM stored_events;
    INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
        SELECT e.stream, e.version, e.topic, e.state, last + e.n
        FROM unnest(streams, versions, topics, states) WITH ORDINALITY AS e (stream, version, topic, state, n);
    IF ids IS NOT NULL THEN
        INSERT INTO event_ids (id, position)
            SELECT e.id, last + e.n FROM unnest(ids, places) AS e (id, n);
    END IF;
    IF beside IS NOT NULL THEN
        PERFORM write_beside(beside);
    END IF;
    RETURN last;
END $$;
