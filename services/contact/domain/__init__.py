"""Pure: calls, callers and the rules about them."""
