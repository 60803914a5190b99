"""Import of outside data: what files of each source look like, whom their rows mean, and what becomes of these."""
