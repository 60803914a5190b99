"""Rows that an administrator adds to code lists while the system runs, from the table of a service to its processes.

Registry owns them and announces each; a service that uses code lists keeps what the events say (`keep_code_entries`).
Every process of such a service follows its table, so that `CodeLists.load` has the rows, and no check of a code reads
them.
"""

from common.code_entries.following import CodeEntries, Follower, notify
from common.code_entries.subscriptions import keep_code_entries
from common.code_entries.table import code_entries_table

__all__ = ["CodeEntries", "Follower", "code_entries_table", "keep_code_entries", "notify"]
