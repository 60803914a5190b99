"""Cut-offs and reports; pure."""
