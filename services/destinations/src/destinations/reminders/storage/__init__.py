"""SQL about reminders."""

from destinations.reminders.storage.keeping import end_round, of_graduate, remind
from destinations.reminders.storage.selecting import Place, open_cohorts, seasons_due, to_finish

__all__ = ["Place", "end_round", "of_graduate", "open_cohorts", "remind", "seasons_due", "to_finish"]
