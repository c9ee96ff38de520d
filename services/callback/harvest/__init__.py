"""Callers of an outage: thousands at once, called up in turn, the highest rank first."""
