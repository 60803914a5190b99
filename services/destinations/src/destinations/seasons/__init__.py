"""Seasons (届次设置): what a school sets for the destinations of one cohort: levels of review, evidence, deadlines."""
