"""Pure: the record of who calls, and who belongs to whom."""
