"""Official rates: definitions per scheme, groupings, rounding, series."""
