"""SQL about disputes and tasks."""

from destinations.tasks.storage.disputes import (
    disputes_of,
    keep,
    reseal_disputes,
    sealed_reason,
    shown_disputes,
)
from destinations.tasks.storage.ending import end, erase
from destinations.tasks.storage.tasks import (
    Filters,
    add,
    answer,
    ask_again,
    get,
    last_of,
    of_graduate,
    page,
    reseal_answers,
)

__all__ = [
    "Filters",
    "add",
    "answer",
    "ask_again",
    "disputes_of",
    "end",
    "erase",
    "get",
    "keep",
    "last_of",
    "of_graduate",
    "page",
    "reseal_answers",
    "reseal_disputes",
    "sealed_reason",
    "shown_disputes",
]
