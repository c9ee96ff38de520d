"""What tests and time-lapse lean on: memory adapters, virtual clock, given / when / then."""
