"""Use cases beside the one call: who calls, which calls belong together, handsets, surges, places, and all that is no call."""
