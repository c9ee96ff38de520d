"""Dispatch: units on duty and their statuses, who was sent where, and when each was free again."""
