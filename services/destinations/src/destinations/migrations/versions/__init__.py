"""History of the service's schema."""
