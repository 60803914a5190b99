"""Acts of the holder of a personal link, who agrees to the privacy statement, saves page by page, and submits.

Each holds the wave and then the invitation, so that acts on one response follow each other.
"""

from surveys.answers.commands.consenting import agree
from surveys.answers.commands.holding import RESPONDENT, Answer, Asked, find, holder_of, open_link, read
from surveys.answers.commands.saving import save_page, submit

__all__ = [
    "RESPONDENT",
    "Answer",
    "Asked",
    "agree",
    "find",
    "holder_of",
    "open_link",
    "read",
    "save_page",
    "submit",
]
