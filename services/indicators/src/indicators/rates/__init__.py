"""Official rates of the schemes, live, as of a day and as a series; the events of moved groups."""
