"""Pure: calls, callers, handsets, desks, and the rules about them."""
