"""What a snapshot is, what may be done with it, its rows as text, and what has changed since; pure."""
