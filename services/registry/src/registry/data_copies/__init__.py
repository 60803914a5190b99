"""The copy of a person's data: what registry holds, and the file with that of all services."""
