"""What callback says: reviews and attempts, episodes, texts, turns, the worklist, what carriers told, what it keeps in mind."""
