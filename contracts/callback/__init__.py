"""What callback says: reviews and their attempts, episodes, neutral texts, the desk, and what it keeps in mind."""
