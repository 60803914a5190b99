"""Bodies of reminders."""

from typing import Annotated

from pydantic import Field, StringConstraints

from common.http import StrictModel
from common.identifiers import ClassCode, Cohort, CollegeCode, MajorCode, SchoolCode
from destinations.reminders.domain import Filter, RemindedOf

_UNIT = StringConstraints(min_length=1, max_length=64)


class ReminderFilter(StrictModel):
    """Who is meant, of those in scope who miss it; what is absent narrows nothing."""

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")] | None = Field(
        default=None, description="By default the caller's"
    )
    cohort: Annotated[Cohort, Field(ge=1977, le=2200)]
    college_code: Annotated[CollegeCode, _UNIT] | None = None
    major_code: Annotated[MajorCode, _UNIT] | None = None
    class_code: Annotated[ClassCode, _UNIT] | None = None

    def meant(self, school_code: SchoolCode) -> Filter:
        """The filter with the school that is meant where it names none."""
        return Filter(**{**dict(self), "school_code": self.school_code or school_code})


class NewReminders(StrictModel):
    """Of what to remind whom."""

    what: RemindedOf
    filter: ReminderFilter
