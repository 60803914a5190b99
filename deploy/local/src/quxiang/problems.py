"""What stops the local stack from starting, in words for the person at the keyboard."""


class StartProblem(Exception):
    """The stack cannot start; the message says what to do about it."""


def first_of(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """Give one cause out of a group, which may hold groups: the person can only act on one at a time."""
    found: BaseException = several
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
