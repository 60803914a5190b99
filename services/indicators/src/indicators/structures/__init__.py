"""Structure tables: how the graduates behind a denominator spread over one dimension."""
