"""London's fire brigade as it publishes itself: incidents on the British grid, and one row for each appliance mobilised."""
