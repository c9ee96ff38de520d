"""What carriers counted, held against what is under review: an abandoned call that nobody reviews is an alarm."""
