"""Routes of answers."""

from surveys.answers.routes.answering import freezing, revealing, router
from surveys.answers.routes.beginning import router as beginning

__all__ = ["beginning", "freezing", "revealing", "router"]
