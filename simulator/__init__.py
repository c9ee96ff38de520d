"""Days of calls and units, made from published figures or read from public data sets; a client of the services."""
