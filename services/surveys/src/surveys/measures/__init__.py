"""Measures (跟踪评价数据项): which question gives which, what submitted answers give, and that waves are closed."""
