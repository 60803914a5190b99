"""What the routes of reviews take and answer."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints

from common.auth import Principal
from common.http import StrictModel
from common.http.models import Instant
from common.identifiers import ClassCode, Cohort, CollegeCode, MajorCode, SchoolCode
from destinations.evidence.domain import Kind, Standing, complete
from destinations.registrations.domain.registration import Source
from destinations.registrations.wire import Reason, RegistrationAnswer
from destinations.reviews.commands import made_by
from destinations.reviews.domain import (
    DONE,
    READY,
    REGISTRATIONS,
    Asked,
    BulkAct,
    BulkDecision,
    BulkState,
    Counts,
    Item,
    Narrowing,
    Skip,
)
from destinations.reviews.storage import InQueue
from destinations.seasons.domain import Level

_UNIT = StringConstraints(min_length=1, max_length=64)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _beginning(value: object) -> object:
    """A day stands for its beginning in Asia/Shanghai."""
    return f"{value}T00:00:00+08:00" if isinstance(value, str) and _DAY.fullmatch(value) else value


Beginning = Annotated[Instant, BeforeValidator(_beginning)]


class BulkFilter(StrictModel):
    """Which registrations are meant, of those in scope that wait for the act; what is absent narrows nothing."""

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")] | None = Field(
        default=None, description="By default the caller's"
    )
    cohort: Annotated[Cohort, Field(ge=1977, le=2200)] | None = None
    college_code: Annotated[CollegeCode, _UNIT] | None = None
    major_code: Annotated[MajorCode, _UNIT] | None = None
    class_code: Annotated[ClassCode, _UNIT] | None = None
    destination_codes: (
        Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9]{2,3}$")]], Field(min_length=1, max_length=100)]
        | None
    ) = Field(default=None, description="List destination; of the newest content")
    source: Annotated[Source, Field(strict=False)] | None = None
    submitted_before: Beginning | None = Field(
        default=None, description="Exclusive; a day stands for its beginning in Asia/Shanghai"
    )

    @classmethod
    def of(cls, kept: Narrowing) -> Self:
        """The filter as it was given."""
        codes = kept.destination_codes
        return cls.model_validate({**kept.to_json(), "destination_codes": None if codes is None else list(codes)})

    def narrowing(self, school_code: SchoolCode) -> Narrowing:
        """The filter with the school that is meant where it names none."""
        codes = self.destination_codes
        given = {name: value for name, value in dict(self).items() if name not in {"school_code", "destination_codes"}}
        return Narrowing(
            school_code=self.school_code or school_code,
            destination_codes=None if codes is None else tuple(codes),
            **given,
        )


class EvidenceAnswer(BaseModel):
    """What counts of the evidence of a registration; pieces that were refused, rejected or are outdated do not."""

    sent: list[Kind] = Field(description="Kinds of the pieces that are sent, checked or not")
    accepted: list[Kind] = Field(description="Those among them that an officer has accepted")
    complete: bool = Field(description="Whether what was sent is all that the destination needs")
    complete_accepted: bool = Field(description="Whether what was accepted is")

    @classmethod
    def of(cls, standing: Standing, destination_code: str) -> Self:
        """The evidence for a destination."""
        return cls(
            sent=sorted(standing.sent),
            accepted=sorted(standing.accepted),
            complete=complete(destination_code, standing.sent),
            complete_accepted=complete(destination_code, standing.accepted),
        )


class QueueItem(RegistrationAnswer):
    """A registration, or a requested void, that waits for review at a level."""

    level: Level = Field(description="Who decides next")
    waiting_since: datetime = Field(description="When it came to this level")
    waiting_working_days: int = Field(description="Working days since that day, today included")
    evidence: EvidenceAnswer
    signals: list[str] = Field(description="Rules that doubt it in open cases which the caller may see")

    @staticmethod
    def shown(waiting: InQueue, registration: Mapping[str, Any]) -> dict[str, Any]:
        """The fields, the registration as the caller sees it."""
        said = {name: value for name, value in vars(waiting).items() if name != "registration"}
        evidence = EvidenceAnswer.of(waiting.evidence, waiting.registration.content.destination_code)
        return {**registration, **said, "evidence": evidence}


class NewBulkDecision(StrictModel):
    """An act on all registrations that a filter means: it seals them, and changes nothing."""

    resource: Literal["registrations"] = REGISTRATIONS
    act: Annotated[BulkAct, Field(strict=False)]
    filter: BulkFilter = BulkFilter()
    note: Reason | None = Field(default=None, description="Of an approval: stands in the history of each registration")
    reason: Reason | None = Field(default=None, description="Of a return, which needs one")

    def asked(self, school_code: SchoolCode) -> Asked:
        """As the command takes it."""
        return Asked(self.act, self.filter.narrowing(school_code), self.note, self.reason)


class BulkApplication(StrictModel):
    """The sealed registrations that are to be left as they are."""

    except_: list[UUID] = Field(default=[], alias="except", description="Ids of sealed registrations")


class BulkDecisionAnswer(BaseModel):
    """A bulk decision (批量审核): `selected` = `ready` + `done` + all `skipped`."""

    id: UUID
    version: int
    resource: Literal["registrations"]
    act: BulkAct
    filter: BulkFilter
    note: str | None
    reason: str | None
    state: BulkState
    selected: int = Field(description="Rows that were sealed, each a registration at its version")
    ready: int = Field(description="Rows that wait; where the work was cancelled they stay as they are")
    done: int
    skipped: dict[Skip, int] = Field(description="By the first reason that holds; `changed_since` as of now")
    prepared_at: datetime
    expires_at: datetime
    applied_at: datetime | None
    operation_id: UUID | None = Field(description="Of the work that applies it")
    allowed_transitions: list[Literal["apply"]] = Field(description="What this caller may do now")

    @classmethod
    def of(cls, decision: BulkDecision, counts: Counts, caller: Principal) -> Self:
        """The bulk decision with what became of its rows."""
        may_apply = decision.state is BulkState.PREPARED and made_by(decision, caller)
        return cls(
            id=decision.id,
            version=decision.version,
            resource=REGISTRATIONS,
            act=decision.act,
            filter=BulkFilter.of(decision.filter),
            note=decision.note,
            reason=decision.reason,
            state=decision.state,
            selected=counts.selected,
            ready=counts.ready,
            done=counts.done,
            skipped=dict(counts.skipped),
            prepared_at=decision.sealed_at,
            expires_at=decision.expires_at,
            applied_at=decision.applied_at,
            operation_id=decision.operation_id,
            allowed_transitions=["apply"] if may_apply else [],
        )


class BulkDecisionItem(BaseModel):
    """A registration at the version that was sealed, and what becomes of it."""

    registration_id: UUID
    graduate_id: UUID
    version: int
    state: Literal["ready", "done", "skipped"]
    reason: Skip | None = Field(description="Why it is skipped")

    @classmethod
    def of(cls, item: Item) -> Self:
        """The row as it stands."""
        state = "skipped" if item.reason else DONE if item.outcome == DONE else READY
        return cls(
            registration_id=item.registration_id,
            graduate_id=item.graduate_id,
            version=item.version,
            state=state,
            reason=item.reason,
        )
