"""Questionnaires over HTTP: drafts and versions, the library, files in and paper out."""

from surveys.questionnaires.routes.drafts import router as drafts
from surveys.questionnaires.routes.library import router as library

__all__ = ["drafts", "library"]
