"""What incident says: incidents and their grades, what waits, what is handed between agencies, and what is kept word for word."""
