"""The colleges and majors of schools, kept from registry's events."""
