"""What an incident is and when it may change; pure."""
