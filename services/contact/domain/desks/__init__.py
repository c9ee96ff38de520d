"""Pure: what is no call. Contacts, promises by working days, feeds, and who answers which queue."""
