"""Publication → event contract."""

from datetime import datetime

from common.contracts import OutgoingEvent
from common.contracts.rate import PUBLICATION_WITHDRAWN, RELEASED, TOPIC, PublicationData
from indicators.publishing.domain.publications import Publication


def released(publication: Publication, sequence: int, recorded_at: datetime) -> OutgoingEvent:
    """The event of a publication that is open from now on."""
    return _event(RELEASED, publication, sequence, recorded_at)


def withdrawn(publication: Publication, sequence: int, recorded_at: datetime) -> OutgoingEvent:
    """The event of a publication that was taken back."""
    return _event(PUBLICATION_WITHDRAWN, publication, sequence, recorded_at)


def _event(kind: str, publication: Publication, sequence: int, recorded_at: datetime) -> OutgoingEvent:
    assert publication.hash is not None, "what was proposed was counted"
    data = PublicationData(
        school_code=publication.school_code,
        recorded_at=recorded_at,
        publication_id=publication.id,
        snapshot_id=publication.snapshot_id,
        cohort=publication.cohort,
        hash=publication.hash.hex(),
    )
    return OutgoingEvent(
        topic=TOPIC,
        key=publication.school_code,
        sequence=sequence,
        type=kind,
        school_code=publication.school_code,
        decided_on=None,
        data=data,
    )
