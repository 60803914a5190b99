"""Routes of checks."""
