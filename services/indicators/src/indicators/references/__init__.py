"""Reference data that figures are computed with: price indices, pay to compare with, tiers of cities."""
