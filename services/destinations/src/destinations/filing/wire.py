"""What the routes of filings take and answer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from common.auth import Principal
from common.http import StrictModel
from common.identifiers import ClassCode, Cohort, CollegeCode, MajorCode, SchoolCode
from destinations.filing.domain.filing import (
    TRANSITIONS,
    Act,
    Asked,
    Contents,
    FileType,
    Filing,
    FilingWithoutFile,
    Narrowing,
    Recipient,
    State,
    Unregistered,
)
from destinations.filing.formats import Format
from destinations.registrations.wire import Reason

_UNIT = StringConstraints(min_length=1, max_length=64)


class FilingFilter(StrictModel):
    """Which graduates are meant, of those who count; what is absent narrows nothing."""

    college_code: Annotated[CollegeCode, _UNIT] | None = None
    major_code: Annotated[MajorCode, _UNIT] | None = None
    class_code: Annotated[ClassCode, _UNIT] | None = None
    destination_codes: (
        Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9]{2,3}$")]], Field(min_length=1, max_length=100)]
        | None
    ) = Field(default=None, description="List destination; of the row")

    @classmethod
    def of(cls, kept: Narrowing) -> Self:
        """The filter as it was given."""
        codes = kept.destination_codes
        return cls.model_validate({**vars(kept), "destination_codes": None if codes is None else list(codes)})

    def narrowing(self, own_college: CollegeCode | None) -> Narrowing:
        """The filter; of a college that names none, its own."""
        codes = self.destination_codes
        return Narrowing(
            self.college_code or own_college,
            self.major_code,
            self.class_code,
            None if codes is None else tuple(codes),
        )


class NewFiling(StrictModel):
    """The file that is to be prepared."""

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")]
    cohort: Annotated[Cohort, Field(ge=1977, le=2200)]
    recipient: Annotated[Recipient, Field(strict=False)] | None = Field(
        default=None, description="Null: a file for the school or the college itself"
    )
    format: Annotated[Format, Field(strict=False)]
    file_type: Annotated[FileType, Field(strict=False)] = FileType.XLSX
    filter: FilingFilter = FilingFilter()
    content: Annotated[Contents, Field(strict=False)] = Field(
        default=Contents.FULL, description="`changes`: outdated, new, withdrawn since the last filings of the recipient"
    )
    unregistered: Annotated[Unregistered, Field(strict=False)] = Field(
        default=Unregistered.LEAVE_OUT, description="`as_seeking`: who has not registered is filed as 70"
    )

    def asked(self, caller: Principal) -> Asked:
        """As the command takes it."""
        narrowing = self.filter.narrowing(CollegeCode(own) if (own := caller.own_college()) else None)
        given = {name: value for name, value in dict(self).items() if name != "filter"}
        return Asked(**given, filter=narrowing)


class FilingReturn(StrictModel):
    """Why a file is returned."""

    reason: Reason | None = Field(default=None, description="Names no person")


class FilingAnswer(BaseModel):
    """A filing (上报): one file of one recipient, under its serial."""

    id: UUID
    version: int
    school_code: str
    cohort: int
    recipient: Recipient | None
    serial: int = Field(description="1, 2, … of the recipient; without one, of the school's own files")
    format: Format
    file_type: FileType
    filter: FilingFilter
    content: Contents
    unregistered: Unregistered
    state: State
    college_code: str | None = Field(description="Of the college that made it for itself")
    rows: int | None = Field(description="Null until it is prepared")
    left_out: int | None = Field(description="Who belongs in it and is not; the pre-check says why")
    previous: UUID | None = Field(description="The filing before that the recipient has")
    reason: str | None = Field(description="Why it was returned")
    keep_until: date | None = Field(description="Last day on which the file must be kept")
    recorded_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    allowed_transitions: list[Act] = Field(description="What the state allows")

    @classmethod
    def of(cls, filing: Filing) -> Self:
        """The filing as all of its readers see it."""
        asked, made = filing.asked, filing.manifest
        named: Mapping[str, Any] = {**vars(asked), **vars(filing), "filter": FilingFilter.of(asked.filter)}
        own = {
            "rows": made and made.rows,
            "left_out": made and made.left_out,
            "allowed_transitions": [act for at, act in TRANSITIONS if at is filing.state],
        }
        return cls(**{name: named[name] for name in cls.model_fields if name not in own}, **own)


class ManifestAnswer(BaseModel):
    """What stands in the file, as of one moment; it never changes."""

    filing_id: UUID
    serial: int
    school_code: str
    cohort: int
    recipient: Recipient | None
    format: Format
    file_type: FileType
    content: Contents
    unregistered: Unregistered
    known_at: datetime = Field(description="The moment as of which the file holds")
    rows: int
    by_code: dict[str, int] = Field(description="Rows by destination code, those filed as seeking among 70")
    as_seeking: int = Field(description="Rows of graduates who have not registered")
    withdrawn: int = Field(description="Graduates whom the recipient had and has to take out; not in `rows`")
    left_out: int = Field(description="Graduates without a row, each with its reason in the pre-check")
    sha256: str = Field(description="Of the file, in hexadecimal")
    size: int = Field(description="Bytes of the file")
    code_list_version: str
    previous: UUID | None

    @classmethod
    def of(cls, filing: Filing) -> Self:
        """Raises FilingWithoutFile while it is not prepared."""
        made = filing.manifest
        if made is None:
            raise FilingWithoutFile(state=filing.state.value, allowed_transitions=[])
        named = {**vars(filing.asked), **vars(filing), **vars(made)}
        named |= {"filing_id": filing.id, "sha256": made.sha256.hex()}
        return cls(**{name: named[name] for name in cls.model_fields})
