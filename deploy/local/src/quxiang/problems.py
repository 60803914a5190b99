"""What stops the local stack from starting, in words for the person at the keyboard."""


class StartProblem(Exception):
    """The stack cannot start; the message says what to do about it."""
