"""A service whose long work takes as long as a test wants."""
