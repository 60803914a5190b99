"""Schema of the service, step by step."""
