"""Is this schema ours, and not newer than we are? Brought up to date under a lock, or refused in plain words."""

from pathlib import Path
from typing import Any

import psycopg

from chassis.errors import StoreRefused

MIGRATIONS = sorted((Path(__file__).parent / "migrations" / "postgres").glob("*.sql"))
VERSION = len(MIGRATIONS)


def migrate(connection: psycopg.Connection[Any]) -> None:
    """Apply the migrations that are missing; raises StoreRefused for a schema of a newer version."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('ringback migrations'))")
        connection.execute("CREATE TABLE IF NOT EXISTS ringback_schema (version integer NOT NULL)")
        row = connection.execute("SELECT max(version) FROM ringback_schema").fetchone()
        version = int(row[0] or 0) if row else 0
        if version > VERSION:
            raise StoreRefused(
                f"The schema was written by a newer Ringback (format {version}, this one knows {VERSION}). Upgrade."
            )
        for number, migration in enumerate(MIGRATIONS[version:], version + 1):
            connection.execute(migration.read_bytes(), prepare=False)
            connection.execute("INSERT INTO ringback_schema VALUES (%s)", (number,))
