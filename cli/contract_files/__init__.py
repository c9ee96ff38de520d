"""Everything beside the event models that is made from them, and the check that no event ever changes its meaning."""
