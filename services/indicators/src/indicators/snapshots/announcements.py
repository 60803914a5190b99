"""Snapshot → event contract."""

from datetime import datetime

from common.contracts import OutgoingEvent
from common.contracts.rate import FROZEN, TOPIC, SnapshotFrozenData, SnapshotKind
from indicators.snapshots.domain.snapshots import Moment, SnapshotId


def frozen(
    snapshot_id: SnapshotId, moment: Moment, base: int, digest: bytes, sequence: int, recorded_at: datetime
) -> OutgoingEvent:
    """The event of a snapshot that comes to this."""
    data = SnapshotFrozenData(
        school_code=moment.school_code,
        recorded_at=recorded_at,
        snapshot_id=snapshot_id,
        cohort=moment.cohort,
        kind=SnapshotKind(moment.kind),
        as_of=moment.as_of,
        known_at=moment.known_at,
        revision=moment.revision,
        base=base,
        hash=digest.hex(),
    )
    return OutgoingEvent(
        topic=TOPIC,
        key=moment.school_code,
        sequence=sequence,
        type=FROZEN,
        school_code=moment.school_code,
        decided_on=None,
        data=data,
    )
