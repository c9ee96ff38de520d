"""Incidents: opened on first information, graded by policy, resourced, closed."""
