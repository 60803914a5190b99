"""A page that shows figures as they move."""
