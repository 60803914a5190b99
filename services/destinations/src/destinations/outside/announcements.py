"""Facts → events of the internal topic: codes and days, no name of an employer or a school."""

from common.clock import day_in_shanghai
from common.contracts import OutgoingEvent
from common.contracts import fact as contract
from destinations.outside.domain.facts import Fact, is_same_employer
from destinations.outside.storage import Stamped
from destinations.registrations.domain.content import Destination

_DAYS = ("from_on", "to_on")
_CODES = ("place_code",)


def to_event(stamped: Stamped, destination: Destination | None) -> OutgoingEvent:
    """The event of a version; `destination` is the one in the figures at that moment."""
    fact, graduate = stamped.fact, stamped.unsaved.graduate
    is_same = is_same_employer(fact, destination)
    # what kind of employer it is, no source says: it is known of the employer that the registration names
    known = destination if is_same else None
    data = contract.FactData(
        graduate_id=graduate.id,
        school_code=graduate.school_code,
        cohort=graduate.cohort,
        fact_id=fact.id,
        version=fact.version,
        source=contract.FactSource(fact.source.value),
        kind=contract.FactKind(fact.kind.value),
        from_on=fact.from_on,
        to_on=fact.to_on,
        employer_nature_code=known and known.employer_nature_code,
        industry_code=known and known.industry_code,
        place_code=fact.values.get("place_code"),
        same_employer=is_same,
        decided_on=day_in_shanghai(fact.recorded_at),
        recorded_at=fact.recorded_at,
        changed_fields=_changed(stamped.unsaved.before, fact),
    )
    return OutgoingEvent(
        topic=contract.TOPIC,
        key=str(graduate.id),
        sequence=stamped.sequence,
        type=contract.RECORDED,
        school_code=graduate.school_code,
        decided_on=data.decided_on,
        data=data,
    )


def _changed(before: Fact | None, after: Fact) -> tuple[str, ...]:
    """Of what an event carries of a fact itself, the fields that differ from the version before."""
    days = [name for name in _DAYS if getattr(after, name) != (before and getattr(before, name))]
    codes = [name for name in _CODES if after.values.get(name) != (before and before.values.get(name))]
    return (*days, *codes)
