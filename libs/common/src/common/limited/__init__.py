"""A process of its own for what strangers made: without our settings, limited, and ended with its use."""
