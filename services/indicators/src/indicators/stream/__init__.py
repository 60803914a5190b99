"""Groups whose figures moved, said at once to who listens."""
