"""Registry's events as a consumer reads them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from common.contracts import graduate
from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData

NOW = datetime(2024, 6, 20, tzinfo=UTC)


def incoming(topic: str, kind: str, key: str, sequence: int, data: Any) -> IncomingEvent:
    return IncomingEvent(
        id=uuid4(),
        type=kind,
        topic=topic,
        key=key,
        sequence=sequence,
        school_code=data.school_code,
        decided_on=None,
        recorded_at=data.recorded_at,
        position=sequence,
        data=data,
        partition=0,
        offset=sequence,
    )


def entered(graduate_id: UUID, sequence: int, *, recorded_at: datetime = NOW, **given: Any) -> IncomingEvent:
    usual = {"school_code": "10001", "cohort": 2024, "college_code": "C01", "status": "registered"} | given
    # as a consumer reads it: a status may be of a later release, and `counted` is missing unless it is given
    data = GraduateData.read({"graduate_id": graduate_id, "version": sequence, "recorded_at": recorded_at} | usual)
    return incoming(graduate.TOPIC, graduate.CHANGED, str(graduate_id), sequence, data)
