"""The event store: the only importer of eventsourcing and of the database drivers."""
