"""All that destinations holds about a graduate, for the copy of a person's data."""
