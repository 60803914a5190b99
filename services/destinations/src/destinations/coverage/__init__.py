"""Coverage (填报进度): how far a cohort's registration is, by now or as it was known on a day, and who misses what."""
