"""Response rates as callers see them, and those that are kept."""
