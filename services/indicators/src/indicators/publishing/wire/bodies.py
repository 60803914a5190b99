"""Bodies of publications, of what their authors and readers see, and of what is open to all."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.approvals.wire import Reason
from common.auth import Principal
from common.http import Day, StrictModel
from common.identifiers import Cohort, SchoolCode
from indicators.publishing.commands import WRITERS
from indicators.publishing.domain.publications import Action, Consent, Draft, Opened, Publication, Released, State
from indicators.publishing.domain.tables import TableAsked, TableKind
from indicators.publishing.wire.words import Labels, Vocabulary
from indicators.schemes.schemes import default_scheme
from indicators.snapshots.domain.snapshots import SnapshotKind
from indicators.tracking.wire.answers import EditionBody

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Titles(StrictModel):
    """A title in both languages."""

    zh: Words
    en: Words


class TableBody(StrictModel):
    """A table that is wanted."""

    kind: TableKind
    by: Annotated[list[Name], Field(max_length=2)] = Field(default_factory=list)
    measures: Annotated[list[Name], Field(max_length=20)] = Field(
        default_factory=list, description="Of rates; none: all of the scheme of the cohort"
    )
    dimension: Name | None = Field(default=None, description="Of a structure")
    denominator_rule: Name | None = Field(default=None, description="Of a structure; without it that of the dimension")
    indicator: Name | None = Field(default=None, description="Of tracking: an indicator of graduates")
    cycle: int | None = Field(default=None, description="Of tracking: 0, 1, 3 or 5")

    def asked(self) -> TableAsked:
        """The same as the domain has it."""
        return TableAsked(**dict(self) | {"by": tuple(self.by), "measures": tuple(self.measures)})


class PublicationPatch(StrictModel):
    """A merge patch: absent keeps; the list of tables is replaced."""

    snapshot_id: UUID | None = None
    title: Words | Titles | None = None
    tables: Annotated[list[TableBody], Field(min_length=1, max_length=50)] | None = None

    def changes(self) -> dict[str, Any]:
        """What is said, by name; null is nothing that a draft can have."""
        said = {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}
        return {name: _plain(value) for name, value in said.items()}


class NewPublicationBody(StrictModel):
    """A draft of a frozen snapshot."""

    school_code: SchoolCode = Field(pattern=r"^[0-9]{5}$")
    cohort: Cohort = Field(ge=1977, le=2200)
    snapshot_id: UUID
    title: Words | Titles
    tables: Annotated[list[TableBody], Field(min_length=1, max_length=50)]

    def draft(self) -> Draft:
        """The same as the domain has it."""
        return Draft(**{name: _plain(value) for name, value in dict(self).items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Titles):
        return value.model_dump()
    return tuple(table.asked() for table in value) if isinstance(value, list) else value


class ConsentBody(StrictModel):
    """The province's consent."""

    authority: Words
    reference: Words
    on: Day

    def consent(self) -> Consent:
        """The same as the domain has it."""
        return Consent(**dict(self))


class ConsentAnswer(BaseModel):
    """The province's consent as it was given."""

    model_config = ConfigDict(from_attributes=True)

    authority: str
    reference: str
    on: date


class ReleaseBody(StrictModel):
    """A release."""

    consent: ConsentBody | None = None


class ReturnBody(StrictModel):
    """Why a proposal goes back, or a publication is withdrawn."""

    reason: Reason


class PublicationBody(BaseModel):
    """发布: tables of a frozen snapshot, from the draft to their end."""

    id: UUID
    version: int
    school_code: SchoolCode
    cohort: Cohort
    kind: SnapshotKind
    snapshot_id: UUID
    title: str | dict[str, str]
    tables: list[dict[str, Any]]
    policy: str
    state: State
    preview: list[dict[str, Any]] | None = Field(
        description="By table, once proposed: `hidden` groups and measures, and why (`small_base` `small_count`"
        " `complementary` `small_change` `few_answers` `dominant` `protected`)"
    )
    hash: str | None = Field(description="SHA-256 of the RFC 8785 JSON of publication_id, snapshot_id and tables")
    consent: ConsentAnswer | None
    supersedes: UUID | None
    return_reason: str | None
    withdraw_reason: str | None
    released_at: datetime | None
    ended_at: datetime | None = Field(description="When it was superseded or withdrawn")
    allowed_transitions: list[Action] = Field(description="What the caller may do now")

    @classmethod
    def of_publication(cls, publication: Publication, caller: Principal) -> Self:
        """The publication as the caller sees it."""
        consent = publication.consent and ConsentAnswer.model_validate(publication.consent)
        return cls.model_validate(
            vars(publication)
            | {
                "hash": publication.hash and publication.hash.hex(),
                "consent": consent,
                "allowed_transitions": publication.allowed_transitions(caller.subject, writes=caller.role in WRITERS),
            }
        )


class PublishedItem(BaseModel):
    """A publication that is open to all."""

    id: UUID
    school_code: SchoolCode
    cohort: Cohort
    kind: SnapshotKind
    as_of: date
    title: str | dict[str, str]
    policy: str
    released_at: datetime
    hash: str

    @classmethod
    def of(cls, released: Released) -> Self:
        """As it is listed."""
        return cls(**vars(released) | {"hash": released.hash.hex()})


class PublishedTable(BaseModel):
    """One of its tables: exact counts, groups too small stand together in `_other`.

    A tracking table has the figures of an edition that rest on 10 answers; its other groups stand nowhere.
    """

    kind: TableKind
    by: list[str]
    dimension: str | None
    denominator_rule: str | None
    indicator: str | None
    cycle: int | None
    edition: EditionBody | None = Field(description="Of tracking: the newest when the tables were counted")
    observations: list[dict[str, Any]]
    labels: Labels = Field(
        description="By dimension or indicator: the words of codes in the observations, in the language of the request"
    )


class PublishedBody(PublishedItem):
    """The whole publication."""

    scheme: str
    definition_hash: str
    snapshot: UUID
    snapshot_hash: str
    consent: ConsentAnswer
    tables: list[PublishedTable]

    @classmethod
    def of_opened(cls, opened: Opened, words: Vocabulary) -> Self:
        """The publication with its tables, whose codes have these words."""
        scheme = default_scheme(opened.cohort)
        return cls(
            **PublishedItem.of(opened).model_dump(),
            scheme=scheme.id,
            definition_hash=scheme.hash,
            snapshot=opened.snapshot_id,
            snapshot_hash=opened.snapshot_hash.hex(),
            consent=ConsentAnswer.model_validate(opened.consent),
            tables=[
                _table(opened, asked, counted["observations"], words)
                for asked, counted in zip(opened.asked, opened.counted, strict=True)
            ],
        )


def _table(
    opened: Opened, asked: Mapping[str, Any], observations: list[dict[str, Any]], words: Vocabulary
) -> PublishedTable:
    names = ("kind", "by", "dimension", "denominator_rule", "indicator", "cycle")
    # what is stored has lost the order of the scheme
    order = [each.name for each in default_scheme(opened.cohort).measures]
    for each in observations:
        each["measures"] = each["measures"] and dict(sorted(each["measures"].items(), key=lambda m: order.index(m[0])))
    edition = opened.tracked.get(f"{asked['cycle']}", {}).get("edition") if asked["indicator"] else None
    return PublishedTable(
        **{name: asked[name] for name in names},
        edition=edition and EditionBody.model_validate(edition),
        observations=observations,
        labels=words.labels(asked, observations),
    )
