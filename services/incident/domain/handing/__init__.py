"""What is handed to other forces and agencies, and what is taken from them: nothing is gone before it was accepted; pure."""
