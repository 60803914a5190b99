"""Reminder → event contract: ids, the kind and days."""

from collections.abc import Sequence

from common.contracts import OutgoingEvent, task
from common.identifiers import Cohort, SchoolCode
from destinations.reminders.domain import Reminder


def reminded(school_code: SchoolCode, cohort: Cohort, reminders: Sequence[Reminder]) -> list[OutgoingEvent]:
    """The events of reminders of one cohort."""
    return [
        OutgoingEvent(
            topic=task.TOPIC,
            key=str(each.graduate_id),
            sequence=each.sequence,
            type=task.REMINDED,
            school_code=school_code,
            decided_on=each.reminded_on,
            data=task.TaskRemindedData(
                school_code=school_code,
                decided_on=each.reminded_on,
                recorded_at=each.recorded_at,
                graduate_id=each.graduate_id,
                reminder_id=each.id,
                cohort=cohort,
                what=task.TaskWhat(each.what.value),
                due_on=each.due_on,
            ),
        )
        for each in reminders
    ]
