"""Acts on results: editions are taken, answers weighted; and who reads them."""

from surveys.results.commands.editions import EDITION_SECONDS, take, take_due
from surveys.results.commands.reading import READERS, groups_for, must_know_groups, readable
from surveys.results.commands.recounting import recounted
from surveys.results.commands.weighing import weigh, weighed

__all__ = [
    "EDITION_SECONDS",
    "READERS",
    "groups_for",
    "must_know_groups",
    "readable",
    "recounted",
    "take",
    "take_due",
    "weigh",
    "weighed",
]
