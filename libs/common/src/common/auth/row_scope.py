"""The part of all rows that a caller may see, as a value that SQL and Python decide by alike."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, true

Column = ColumnElement[Any]


@dataclass(frozen=True)
class RowScope:
    """Rows must agree with every part that is set; nothing set and not `everything` means no row at all."""

    school_code: str | None = None
    college_code: str | None = None
    class_code: str | None = None
    graduate_id: UUID | None = None
    province_code: str | None = None
    everything: bool = False

    @property
    def nothing(self) -> bool:
        """True if no row is visible."""
        return not self.everything and not self._parts()

    def allows(
        self,
        school_code: str | None,
        college_code: str | None = None,
        class_code: str | None = None,
        graduate_id: UUID | None = None,
        province_code: str | None = None,
    ) -> bool:
        """True if a row with these owners is visible."""
        row = {
            "school_code": school_code,
            "college_code": college_code,
            "class_code": class_code,
            "graduate_id": graduate_id,
            "province_code": province_code,
        }
        return self.everything or (not self.nothing and all(row[name] == part for name, part in self._parts().items()))

    def condition(
        self,
        *,
        school_code: Column | None = None,
        college_code: Column | None = None,
        class_code: Column | None = None,
        graduate_id: Column | None = None,
        province_code: Column | None = None,
    ) -> Column:
        """The same as a WHERE condition over a query's columns; a part that no column can answer hides every row."""
        columns = {
            "school_code": school_code,
            "college_code": college_code,
            "class_code": class_code,
            "graduate_id": graduate_id,
            "province_code": province_code,
        }
        if self.everything:
            return true()
        equal = [_equal(columns[name], part) for name, part in self._parts().items()]
        return and_(*equal) if equal else false()

    def _parts(self) -> dict[str, object]:
        parts = {
            "school_code": self.school_code,
            "college_code": self.college_code,
            "class_code": self.class_code,
            "graduate_id": self.graduate_id,
            "province_code": self.province_code,
        }
        return {name: part for name, part in parts.items() if part is not None}


def _equal(column: Column | None, part: object) -> Column:
    return false() if column is None else column == part
