"""What a force can set differently about contacts."""
