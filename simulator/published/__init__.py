"""Published totals played as calls: what a newspaper or a release said, generated, stored, and counted again from the events."""
