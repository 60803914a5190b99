"""Populations of waves (调查对象): who of a cohort is asked, by which strata, and what became of a panel."""
