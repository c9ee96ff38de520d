"""Advanced Mobile Location: what a handset sends of where it is, in each of its forms (ETSI TS 103 625)."""
