"""The incident service over HTTP: one module for each concern; no logic."""
