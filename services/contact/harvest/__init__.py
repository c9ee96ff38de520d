"""Carriers' lists of attempts that never came here."""
