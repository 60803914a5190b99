"""SQL of data copies."""
