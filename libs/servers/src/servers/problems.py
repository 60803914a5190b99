"""What stops the local stack from starting, in words for the person at the keyboard."""

from typing import TypeVar


class StartProblem(Exception):
    """The stack cannot start; the message says what to do about it."""


Kind = TypeVar("Kind", bound=BaseException)


def first_of(failure: BaseException, kind: type[Kind]) -> Kind | None:
    """The first cause of a kind out of a group, which may hold groups: people can act on one at a time only."""
    if not isinstance(failure, BaseExceptionGroup):
        return failure if isinstance(failure, kind) else None
    return next((found for each in failure.exceptions if (found := first_of(each, kind))), None)
