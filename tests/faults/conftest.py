"""Stores to work on, in files and in a real PostgreSQL."""

from stage import sqlite, stores

__all__ = ["sqlite", "stores"]
