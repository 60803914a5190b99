"""Bodies of publications, and their open page."""
