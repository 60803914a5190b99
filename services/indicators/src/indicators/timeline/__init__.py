"""Versions of a graduate's facts, the spans that follow from them, and the live cells that count open spans."""
