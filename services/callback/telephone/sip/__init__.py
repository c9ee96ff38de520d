"""Ringing callers over SIP: a small client of our own (docs/adr says why)."""
