"""The paths of the page: `/a` and what lies below it."""

from surveys.answer_page.routes.answering import router as answering
from surveys.answer_page.routes.entering import router as entering

ROUTERS = (entering, answering)

__all__ = ["ROUTERS"]
