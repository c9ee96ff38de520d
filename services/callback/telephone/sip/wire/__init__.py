"""SIP as bytes: messages, addresses, digests, and the session descriptions they carry."""
