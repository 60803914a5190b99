"""Results on the wire."""
