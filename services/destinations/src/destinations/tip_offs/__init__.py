"""Tip-offs (举报): cases that are opened without a token, by persons whom nothing stored here can name."""
