"""Looking into evidence, and the process that does it."""
