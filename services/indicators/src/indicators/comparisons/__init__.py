"""Figures side by side: two days, two cohorts, groups beside the whole of them."""
