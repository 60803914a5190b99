"""证明材料: what shows that a destination is true, stored as a file, checked after it was stored, and decided once."""
