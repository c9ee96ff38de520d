"""Datagrams and connections: how messages travel, and nothing of what they mean."""
