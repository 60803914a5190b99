"""Variables (变量) of a school over all its waves: which answers can stand in one series."""
