"""Whom a cohort's population (毕业生总数，含结业) counts."""

COUNTED = ("registered", "completed")
