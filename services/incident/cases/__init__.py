"""Use cases that concern more than one stream: each loads, adds what policy says, decides and records, all as one."""
