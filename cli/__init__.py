"""The operator's command, `ringback`."""
