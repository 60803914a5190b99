"""Ballots as they go out: slips of paper to draw."""
