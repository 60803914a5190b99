"""What fields of a form mean, and what can be chosen."""
