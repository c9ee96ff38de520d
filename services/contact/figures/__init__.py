"""Published numbers about calls: each under a named, versioned definition, and open to the calls behind it."""
