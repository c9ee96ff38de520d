"""Reading the store: the same queries on every database; an adapter brings only how a query is run."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from sys import intern
from typing import Any

import msgspec

from chassis.host import Entry, Timer
from chassis.ids import event_id
from chassis.log.port import Headers, Partition
from chassis.store.codec import decode_head
from chassis.store.storage import CommandOutcome, InboxPosition, ParkedKey, ParkedRecord, Snapshot, StoredEvent


def text(instant: datetime) -> str:
    """An instant as it is stored: RFC 3339 in UTC, always with microseconds, so that text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def instant(stored: str) -> datetime:
    """The instant of a stored text."""
    return datetime.fromisoformat(stored)


def headers_blob(headers: Headers) -> bytes:
    """Record headers as one value."""
    return msgspec.msgpack.encode(headers)


def _stored(rows: Sequence[Any]) -> list[StoredEvent]:
    """Rows as events. A database gives each row a type name of its own; one for all is smaller, and found by identity."""
    return [StoredEvent(position, stream, version, intern(name), state) for position, stream, version, name, state in rows]


MOST_OF_ONE_CAUSE = 64
"""The events of a cause stand one behind the other; so many are looked at."""


class Reading(ABC):
    """The read half of Storage over `_query`. `position` is the column that numbers events, `texts` reads a JSON array."""

    position = "rowid"
    collate = ""
    texts = "SELECT value FROM json_each(?)"

    @abstractmethod
    def _query(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Run a query written with `?` placeholders; rows as tuples."""

    def stream(self, stream: str, after: int = 0) -> Sequence[StoredEvent]:
        rows = self._query(
            f"SELECT {self.position}, originator_id, originator_version, topic, state FROM stored_events"
            " WHERE originator_id = ? AND originator_version > ? ORDER BY originator_version",
            (stream, after),
        )
        return _stored(rows)

    def page(self, after: int, limit: int) -> Sequence[StoredEvent]:
        rows = self._query(
            f"SELECT {self.position}, originator_id, originator_version, topic, state FROM stored_events"
            f" WHERE {self.position} > ? ORDER BY {self.position} LIMIT ?",
            (after, limit),
        )
        return _stored(rows)

    def existing(self, streams: Collection[str]) -> frozenset[str]:
        rows = self._query(
            f"SELECT originator_id FROM stored_events WHERE originator_version = 1 AND originator_id IN ({self.texts})",
            (msgspec.json.encode(sorted(streams)).decode(),),
        )
        return frozenset(row[0] for row in rows)

    def streams(self, after: str, limit: int) -> Sequence[str]:
        rows = self._query(
            f"SELECT DISTINCT originator_id{self.collate} AS stream FROM stored_events WHERE originator_id{self.collate} > ?"
            " ORDER BY stream LIMIT ?",
            (after, limit),
        )
        return [row[0] for row in rows]

    def entries(self, after: tuple[str, str, str], limit: int) -> Sequence[tuple[str, str, str]]:
        return self._query(
            "SELECT name, value, stream FROM lookups_now WHERE (name, value, stream) > (?, ?, ?)"
            " ORDER BY name, value, stream LIMIT ?",
            (*after, limit),
        )

    def last_position(self) -> int:
        return int(self._query(f"SELECT max({self.position}) FROM stored_events")[0][0] or 0)

    def recorded(self, ids: Sequence[str]) -> frozenset[str]:
        if not ids:
            return frozenset()
        marks = ",".join("?" * len(ids))
        return frozenset(row[0] for row in self._query(f"SELECT id FROM event_ids WHERE id IN ({marks})", ids))

    def led_to(self, cause: str) -> tuple[str, int] | None:
        rows = self._query("SELECT position FROM event_ids WHERE id = ?", (event_id(cause, 0),))
        if not rows:
            return None
        after = self.page(rows[0][0] - 1, MOST_OF_ONE_CAUSE)
        events = list(takewhile(lambda event: decode_head(event.state).cause == cause, after))
        return events[0].stream, max(event.version for event in events if event.stream == events[0].stream)

    def command(self, cause: str) -> CommandOutcome | None:
        rows = self._query("SELECT cause, fingerprint, stream, version FROM commands WHERE cause = ?", (cause,))
        return CommandOutcome._make(rows[0]) if rows else None

    def snapshot(self, stream: str) -> Snapshot | None:
        rows = self._query("SELECT stream, version, schema, state FROM snapshots WHERE stream = ?", (stream,))
        return Snapshot._make(rows[0]) if rows else None

    def since_snapshot(self, stream: str) -> tuple[Snapshot | None, Sequence[StoredEvent]]:
        rows = self._query(
            "SELECT 0, stream, version, schema, state FROM snapshots WHERE stream = ? UNION ALL"
            f" SELECT {self.position}, originator_id, originator_version, topic, state FROM stored_events"
            " WHERE originator_id = ? AND originator_version > coalesce((SELECT version FROM snapshots WHERE stream = ?), 0)"
            " ORDER BY 3",
            (stream, stream, stream),
        )
        if rows and rows[0][0] == 0:
            return Snapshot._make(rows[0][1:]), _stored(rows[1:])
        return None, _stored(rows)

    def find(self, name: str, value: str | None, known_at: datetime | None, after: Entry | None, limit: int) -> Sequence[Entry]:
        where, parameters = "name = ?", [name]
        if value is not None:
            where += " AND value = ?"
            parameters.append(value)
        if after is not None:
            where += " AND (value, stream) > (?, ?)"
            parameters += after
        query = f"SELECT value, stream FROM lookups_now WHERE {where}"
        if known_at is not None:
            at = text(known_at)
            query += " AND since <= ?"
            query += f" UNION ALL SELECT value, stream FROM lookups_past WHERE {where} AND since <= ? AND until > ?"
            parameters += [at, *parameters, at, at]
        rows = self._query(f"{query} ORDER BY value, stream LIMIT ?", (*parameters, limit))
        return [Entry._make(row) for row in rows]

    def timers(self) -> Sequence[Timer]:
        return [
            Timer(row[0], row[1], instant(row[2]))
            for row in self._query("SELECT stream, name, due FROM timers ORDER BY stream, name")
        ]

    def due(self, now: datetime, limit: int) -> Sequence[Timer]:
        rows = self._query(
            "SELECT stream, name, due FROM timers WHERE due <= ? ORDER BY due, stream, name LIMIT ?", (text(now), limit)
        )
        return [Timer(row[0], row[1], instant(row[2])) for row in rows]

    def next_due(self) -> datetime | None:
        due = self._query("SELECT min(due) FROM timers")[0][0]
        return instant(due) if due else None

    def inbox(self) -> Mapping[Partition, InboxPosition]:
        rows = self._query("SELECT topic, partition, position, log_offset FROM inbox ORDER BY topic, partition")
        return {Partition(row[0], row[1]): InboxPosition(row[2], row[3]) for row in rows}

    def relayed(self) -> Mapping[int, int]:
        return dict(self._query("SELECT partition, position FROM relayed"))

    def parked_keys(self) -> Sequence[ParkedKey]:
        rows = self._query(
            "SELECT p.topic, p.key, count(*), min(p.log_offset), min(p.since),"
            " (SELECT f.reason FROM parked f WHERE f.topic = p.topic AND f.key = p.key ORDER BY f.log_offset LIMIT 1)"
            " FROM parked p GROUP BY p.topic, p.key ORDER BY min(p.since), p.key"
        )
        return [ParkedKey(row[0], row[1], row[2], row[3], instant(row[4]), row[5]) for row in rows]

    def parked(self, topic: str, key: str) -> Sequence[ParkedRecord]:
        rows = self._query(
            "SELECT topic, partition, key, log_offset, reason, since, headers, value FROM parked"
            " WHERE topic = ? AND key = ? ORDER BY log_offset",
            (topic, key),
        )
        return [
            ParkedRecord(
                Partition(row[0], row[1]), row[2], row[3], row[4], instant(row[5]),
                msgspec.msgpack.decode(bytes(row[6]), type=tuple[tuple[str, bytes], ...]), bytes(row[7]),
            )
            for row in rows
        ]  # fmt: skip

    def ping(self) -> None:
        self._query("SELECT 1")
