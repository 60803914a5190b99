"""Questionnaires over HTTP: drafts and versions, the library, files in and paper out."""

from surveys.questionnaires.routes.drafts import router as drafts
from surveys.questionnaires.routes.library import router as library
from surveys.questionnaires.routes.paper import router as paper
from surveys.questionnaires.routes.xlsform import router as xlsform

__all__ = ["drafts", "library", "paper", "xlsform"]
