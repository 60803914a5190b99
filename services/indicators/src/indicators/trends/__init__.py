"""One measure over cohorts, each on the same day of its year."""
