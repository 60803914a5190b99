"""What is to be imported, and how: the part of an operation's parameters that every import has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from common.identifiers import Cohort, SchoolCode


@dataclass(frozen=True)
class Task:
    """One file for one school's cohort. `kind` is the file's: `xlsx`, `xls` or `csv`."""

    school_code: SchoolCode
    cohort: Cohort
    kind: str
    dry_run: bool = False
    skip_faulty: bool = False

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """The task of an operation's parameters."""
        given = {name: parameters[name] for name in ("school_code", "cohort", "kind", "dry_run")}
        return cls(**given, skip_faulty=parameters["on_error"] == "skip")

    @property
    def in_one_transaction(self) -> bool:
        """True if nothing may be stored before every row was checked."""
        return self.dry_run or not self.skip_faulty
