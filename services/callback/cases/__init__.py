"""The use cases of reviews; what the desk does around them has a folder for each theme."""
