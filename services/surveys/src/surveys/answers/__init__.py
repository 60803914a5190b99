"""Answers (答题): what the holder of a personal link does, from opening it to the submission."""
