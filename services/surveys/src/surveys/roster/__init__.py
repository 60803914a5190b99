"""Who belongs to which cohort, kept from registry's events without any personal data."""
