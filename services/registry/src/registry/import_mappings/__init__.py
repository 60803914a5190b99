"""What the headers of a school's files mean, saved by the school for the imports to come."""
