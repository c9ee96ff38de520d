"""Dispatch over HTTP: units, jobs, cover, positions and figures go in and out; no logic."""
