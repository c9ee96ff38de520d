"""What a force can set differently about ringing back."""
