"""What callback keeps in mind for reviews that do not exist yet: markers on numbers, places of open incidents."""
