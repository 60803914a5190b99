"""Editions of tracking figures (跟踪评价): when one is taken, what it keeps, and how it is read."""
