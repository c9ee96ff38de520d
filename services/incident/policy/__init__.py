"""Grade sets as data: what a force promises, by version and date."""
