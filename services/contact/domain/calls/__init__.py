"""Pure: the life of a call; what can be said of it, what follows, and how it ends."""
