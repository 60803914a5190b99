"""Spreadsheets that people made: what their cells mean, and how their files are read and written."""
