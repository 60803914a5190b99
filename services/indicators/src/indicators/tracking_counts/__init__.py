"""Tracking indicators (跟踪评价指标): pure statistics, their table, and the process that counts."""
