"""What is kept word for word: numbers of the day, assessments, log entries, links between records; pure."""
