"""The plumbing every service stands on; it knows no word of the control room."""
