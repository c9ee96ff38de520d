"""Ringing out: the port, and what can stand behind it."""
