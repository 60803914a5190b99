"""Schools around a cut-off, and their snapshots straight from their histories, one graduate after the other."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from common.contracts import graduate, registration
from common.contracts.envelope import IncomingEvent

JUNE = date(2024, 6, 1)
BEFORE, AFTER = datetime(2024, 8, 31, 15, 59, tzinfo=UTC), datetime(2024, 8, 31, 16, tzinfo=UTC)
ROSTER = (
    "college_code", "major_code", "class_code", "education_level_code", "sex_code", "origin_place_code",
    "urban_rural", "ethnicity_code", "hardship_code", "training_mode_code", "teacher_training_code", "study_form",
)  # fmt: skip
DESTINATION = ("employer_nature_code", "industry_code", "place_code", "position_code")
FURTHER = ("study_level_code", "abroad_country_code")


def in_force(events: Iterable[IncomingEvent], day: date) -> Any:
    found = None
    for event in sorted(events, key=lambda event: event.sequence):
        if event.decided_on is None or event.decided_on > day:
            break
        found = event.data
    return found


def text_of(school: Any, cohort: int, kind: str, day: date, known_at: datetime, revision: int = 0) -> str:
    """The rows straight from the histories, one graduate after the other."""
    known = [event for event in school.events if event.recorded_at < known_at]
    at = known_at.isoformat().replace("+00:00", "Z")
    lines = [f"quxiang-snapshot/1|{school.code}|{cohort}|{kind}|{day}|{at}|{revision}"]
    for key in sorted({event.key for event in known if event.topic == graduate.TOPIC}):
        entry = in_force([each for each in known if (each.topic, each.key) == (graduate.TOPIC, key)], day)
        if entry is None or entry.cohort != cohort or entry.status not in ("registered", "completed"):
            continue
        goes = in_force([each for each in known if (each.topic, each.key) == (registration.TOPIC, key)], day)
        if goes is not None and goes.state == "voided":
            goes = None
        said = [key, *(getattr(entry, name) for name in ROSTER)]
        said += [goes.destination_code, str(int(goes.flexible))] if goes else [None, None]
        said += [getattr(goes, name) if goes else None for name in (*DESTINATION, *FURTHER)]
        lines.append("|".join(each or "" for each in said))
    return "".join(f"{each}\n" for each in lines)


def filled(new_school: Any) -> Any:
    """A school whose graduates entered and went before the 31 August."""
    school = new_school()
    school.described()
    school.recorded_at = BEFORE
    people = [
        school.enters(college_code=f"C{number % 2}", class_code="K|1", sex_code="1", origin_place_code="410102")
        for number in range(6)
    ]
    for number, someone in enumerate(people[:4]):
        school.goes(someone, ("10", "12", "801", "85")[number], JUNE, place_code="110101")
    school.people = people
    return school


async def ask(client: Any, school: Any, kind: str = "initial", **said: Any) -> dict[str, Any]:
    body = {"school_code": school.code, "cohort": 2024, "kind": kind, **said}
    answered = await client.post("/v1/snapshots", json=body)
    assert answered.status_code == 201, answered.text
    found: dict[str, Any] = answered.json()
    return found


async def read(client: Any, snapshot: dict[str, Any]) -> dict[str, Any]:
    answered = await client.get(f"/v1/snapshots/{snapshot['id']}")
    assert answered.status_code == 200, answered.text
    found: dict[str, Any] = answered.json()
    return found
