"""Waivers (豁免) of rules of quality: for some graduates, or up to a share, by two people and until a day."""
