"""Pure: what handsets send of where they are."""
