"""One file per step; its name begins with the time it was made."""
