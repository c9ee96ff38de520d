"""Stores to work on, in files and in a real PostgreSQL."""

from stage import memory, sqlite, stores

__all__ = ["memory", "sqlite", "stores"]
