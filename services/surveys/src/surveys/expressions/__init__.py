"""Expressions (表达式): the typed subset of XLSForm's language that decides what is shown and what is valid. Pure."""
