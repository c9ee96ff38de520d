"""Pure: the review of an abandoned call and the rules it follows."""
