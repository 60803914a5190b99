"""Schools with their provinces, colleges, majors and classes, kept from registry's events."""
