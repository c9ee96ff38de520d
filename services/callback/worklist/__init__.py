"""What people work through: ranked, taken, acknowledged, never silent."""
