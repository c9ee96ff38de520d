"""HTTP in and out: problems, authentication, strict bodies, health."""
