"""Contact: telephony facts become the life of a call; who broke off, and how."""
