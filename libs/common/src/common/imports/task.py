"""What is to be imported, and how: the part of an operation's parameters that every import has."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from common.identifiers import Cohort, SchoolCode


@dataclass(frozen=True)
class SchoolTask:
    """One file for one school. `kind` is the file's: `xlsx`, `xls` or `csv`; `sheet` is the name of the one to read."""

    school_code: SchoolCode
    kind: str
    dry_run: bool = False
    skip_faulty: bool = False
    sheet: str | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """The task of an operation's parameters; one that the release before has taken lacks the newer ones."""
        given = {each.name: parameters[each.name] for each in fields(cls) if each.name in parameters}
        return cls(**given, skip_faulty=parameters["on_error"] == "skip")

    @property
    def in_one_transaction(self) -> bool:
        """True if nothing may be stored before every row was checked."""
        return self.dry_run or not self.skip_faulty


@dataclass(frozen=True, kw_only=True)
class Task(SchoolTask):
    """One file for one school's cohort."""

    cohort: Cohort
