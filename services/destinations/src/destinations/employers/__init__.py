"""Employers (单位): one row each, made from what registrations say, looked up, corrected and merged."""
