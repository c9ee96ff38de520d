"""Lists that carriers send: read as they come, and taken to a running or a stopped installation."""
