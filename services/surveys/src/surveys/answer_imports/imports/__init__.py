"""The import of answers."""
