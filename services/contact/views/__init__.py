"""What people read, made from states alone, so that what was known at an instant reads the same way."""
