"""A process of its own that writes .sav files: what it needs for that stays out of the service."""
