"""The four services; none imports another, they share only events."""
