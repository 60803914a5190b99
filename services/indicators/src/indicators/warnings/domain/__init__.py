"""Scores of majors, and what people may do with rules and warnings; pure."""
