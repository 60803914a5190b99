"""Opening clear values of graduates for a purpose: what it opens to whom, the limit of a day, the note of it."""
