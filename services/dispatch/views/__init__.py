"""Units, jobs, cover and figures as people read them."""
