"""Filing (上报): the formats of the ministry's and the provinces' files, what was sent in them, and what came back."""
