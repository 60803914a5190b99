"""Questionnaires in formats of others."""

from surveys.questionnaires.wire.formats.sheets import Sheets, sheets_of
from surveys.questionnaires.wire.formats.xlsform import questionnaire_of

__all__ = ["Sheets", "questionnaire_of", "sheets_of"]
