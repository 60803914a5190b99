"""The codes of a wave are made once, for paper or for messages: the database gets their digests, and nothing else."""

from surveys.ballots.commands.printing import codes_for, issue, make_sheets
from surveys.ballots.commands.sending import Leaving, end, give_up, invite, note

__all__ = ["Leaving", "codes_for", "end", "give_up", "invite", "issue", "make_sheets", "note"]
