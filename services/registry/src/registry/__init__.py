"""Schools and the roster of their graduates."""
