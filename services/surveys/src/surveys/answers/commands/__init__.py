"""Acts of the holder of a personal link, who agrees to the privacy statement, saves page by page, submits or withdraws.

Each holds the wave and then the invitation, so that acts on one response follow each other.
"""

from surveys.answers.commands.beginning import Begun, begin, begun_before, takes_more
from surveys.answers.commands.closing import CLOSE_SECONDS, close_due_waves, end, end_all
from surveys.answers.commands.consenting import agree
from surveys.answers.commands.detaching import detach, end_past
from surveys.answers.commands.filing import AnswerFile, add_file, must_take_files
from surveys.answers.commands.following import RESPONDENT, Holder, acted, follow, holder_of, open_link
from surveys.answers.commands.freezing import freezable, freeze
from surveys.answers.commands.holding import Answer, Asked, Sheet, asked_in, find, must_be_taken, read, show
from surveys.answers.commands.revealing import Revealed, reveal
from surveys.answers.commands.saving import SETTLE_SECONDS, reopen, save_page, settle, settle_overdue, submit
from surveys.answers.commands.standing_in import enter, faults_of, must_be_enterable, statement_of
from surveys.answers.commands.submissions import Submissions
from surveys.answers.commands.together import Submitting, submit_all
from surveys.answers.commands.withdrawing import withdraw

__all__ = [
    "CLOSE_SECONDS",
    "RESPONDENT",
    "SETTLE_SECONDS",
    "Answer",
    "AnswerFile",
    "Asked",
    "Begun",
    "Holder",
    "Revealed",
    "Sheet",
    "Submissions",
    "Submitting",
    "acted",
    "add_file",
    "agree",
    "asked_in",
    "begin",
    "begun_before",
    "close_due_waves",
    "detach",
    "end",
    "end_all",
    "end_past",
    "enter",
    "faults_of",
    "find",
    "follow",
    "freezable",
    "freeze",
    "holder_of",
    "must_be_enterable",
    "must_be_taken",
    "must_take_files",
    "open_link",
    "read",
    "reopen",
    "reveal",
    "save_page",
    "settle",
    "settle_overdue",
    "show",
    "statement_of",
    "submit",
    "submit_all",
    "takes_more",
    "withdraw",
]
