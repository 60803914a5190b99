"""SQL of the talent pool."""
