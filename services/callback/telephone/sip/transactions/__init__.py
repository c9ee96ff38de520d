"""Requests and their answers over networks that lose and repeat (RFC 3261 section 17, RFC 6026)."""
