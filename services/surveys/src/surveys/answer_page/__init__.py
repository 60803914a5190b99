"""The page on which the holder of a personal link answers (答题页): the acts of `answers`, as HTML."""
