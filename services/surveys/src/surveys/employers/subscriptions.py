"""Destinations' events → whose hires are to be read again."""

from collections.abc import Sequence

from common.contracts import IncomingEvent
from common.contracts.registration import DestinationData
from common.database import UnitOfWork
from common.identifiers import Cohort, SchoolCode
from surveys.employers.commands import keep_cohorts


async def hear_registrations(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Notes the schools and cohorts of registrations that have changed."""
    heard = {
        (SchoolCode(event.data.school_code), Cohort(event.data.cohort))
        for event in events
        if isinstance(event.data, DestinationData)
    }
    await keep_cohorts(unit, feeds=heard)
