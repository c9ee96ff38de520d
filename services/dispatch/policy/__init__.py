"""How a force deploys, as data: which statuses are free, how fast units travel."""
