"""Units, jobs, assignments and the recommendation; pure."""
