"""Dated code lists (代码表) of the field as data: labels in both languages, periods, source, and whether verified.

A code is never stored without its list, because equal digits mean different things in different lists.
To add or end-date a code with a release, edit `data/<list>.csv`; another spelling of a label goes to
`data/aliases.csv`. Rows that an administrator adds while the system runs come through `common.code_entries`.
"""

from common.codes.entries import Alias, CodeEntry, CodeProblem
from common.codes.lists import CodeList
from common.codes.loading import AddedEntries, CodeLists
from common.codes.spelling import Cell, normalise

__all__ = ["AddedEntries", "Alias", "Cell", "CodeEntry", "CodeList", "CodeLists", "CodeProblem", "normalise"]
