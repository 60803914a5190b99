"""Employers (用人单位): the school's directory of those that hired its graduates, and whom to ask for there."""
