"""From events of registry and destinations to versions, and their fold."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from common.clock import day_in_shanghai
from common.consuming.forks import Fork
from common.contracts.envelope import IncomingEvent
from common.contracts.fields import EventData
from common.contracts.graduate import GraduateData
from common.contracts.registration import DestinationData
from common.database import UnitOfWork
from common.identifiers import Cohort, GraduateId, RegistrationId, SchoolCode
from common.kafka import partition_for
from common.service_process import Runtime
from common.settings import ServiceSettings
from indicators.timeline.domain import BEFORE, WIDE
from indicators.timeline.fold import Batch, fold, refold
from indicators.timeline.storage import (
    StoredDestinationVersion,
    StoredRosterVersion,
    drop_forked_version,
    lock_partitions,
)


async def lock(unit: UnitOfWork, runtime: Runtime, events: Sequence[IncomingEvent]) -> None:
    """Locks the partitions of the events: two workers that hold the same one for a while take turns."""
    partitions = runtime.settings.partitions
    await lock_partitions(unit.connection, {partition_for(event.school_code, partitions) for event in events})


async def fold_events(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Folds graduate and destination events as one set, under the locks of their partitions."""
    await fold(unit.driver, batch_of(events))


async def drop_version(unit: UnitOfWork, settings: ServiceSettings, fork: Fork) -> None:
    """Drops a version of which the owner has another event, and folds the graduate without it."""
    school_code = SchoolCode(fork.school_code)
    await lock_partitions(unit.connection, {partition_for(school_code, settings.partitions)})
    await drop_forked_version(unit.driver, fork)
    await refold(unit.driver, {GraduateId(UUID(fork.key)): school_code})


def batch_of(events: Sequence[IncomingEvent]) -> Batch:
    """The versions that these events carry; other events carry none."""
    return Batch(
        roster=[roster_version(event, event.data) for event in events if isinstance(event.data, GraduateData)],
        destinations=[
            destination_version(event, event.data) for event in events if isinstance(event.data, DestinationData)
        ],
    )


def roster_version(event: IncomingEvent, data: GraduateData) -> StoredRosterVersion:
    """A graduate event as a version."""
    return StoredRosterVersion(
        graduate_id=GraduateId(data.graduate_id),
        sequence=event.sequence,
        school_code=SchoolCode(data.school_code),
        cohort=Cohort(data.cohort),
        event_id=event.id,
        decided_on=_day_of(event),
        recorded_at=event.recorded_at,
        status=str(data.status),
        college_code=data.college_code,
        major_code=data.major_code,
        class_code=data.class_code,
        education_level_code=data.education_level_code,
        sex_code=data.sex_code,
        origin_place_code=data.origin_place_code,
        ethnicity_code=data.ethnicity_code,
        hardship_code=data.hardship_code,
        training_mode_code=data.training_mode_code,
        teacher_training_code=data.teacher_training_code,
        study_form=data.study_form,
        counted=data.counted,
        urban_rural=data.urban_rural,
        generation=_generation(data, "urban_rural"),
    )


def destination_version(event: IncomingEvent, data: DestinationData) -> StoredDestinationVersion:
    """A destination event as a version."""
    return StoredDestinationVersion(
        graduate_id=GraduateId(data.graduate_id),
        sequence=event.sequence,
        school_code=SchoolCode(data.school_code),
        event_id=event.id,
        decided_on=_day_of(event),
        recorded_at=event.recorded_at,
        registration_id=RegistrationId(data.registration_id),
        state=str(data.state),
        confirmation=str(data.confirmation) if data.confirmation is not None else None,
        destination_code=data.destination_code,
        code_list_version=data.code_list_version,
        flexible=data.flexible,
        flexible_kind=data.flexible_kind,
        employer_nature_code=data.employer_nature_code,
        industry_code=data.industry_code,
        place_code=data.place_code,
        position_code=data.position_code,
        study_level_code=data.study_level_code,
        abroad_country_code=data.abroad_country_code,
        generation=_generation(data, "study_level_code"),
    )


def _generation(data: EventData, newest_field: str) -> int:
    """Whether the owner says the newest field, even if it says that it is missing."""
    return WIDE if newest_field in data.model_fields_set else BEFORE


def _day_of(event: IncomingEvent) -> date:
    return event.decided_on or event.data.decided_on or day_in_shanghai(event.recorded_at)
