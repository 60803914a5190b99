"""Caps (配额) of respondents: how many answers of a kind a wave takes."""
