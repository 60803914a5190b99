"""All that destinations holds about a graduate, in clear, and nothing of another person."""

from typing import Any

from acting import COLLEGE, SCHOOL, UNIT, approved, dispute, rows
from enrolling import Enrolment

from common.crypto import FieldCipher
from common.database import Database
from destinations.registrations.domain.content import FIELDS
from destinations.settings import Settings


async def test_registrations_with_their_history_are_collected(
    database: Database, http: Any, mint: Any, enrol: Enrolment, settings: Settings
) -> None:
    graduate_id, other = await enrol(), await enrol()
    cipher = FieldCipher.load(settings.keyring_file)
    disputed = await dispute(database, await approved(database, UNIT, graduate_id=graduate_id), cipher=cipher)
    await approved(database, UNIT, graduate_id=other)
    path, own = f"/v1/graduates/{graduate_id}/data", mint.headers("graduate", graduate=graduate_id)
    answer = await http.get(path, headers=own)
    assert answer.status_code == 200, answer.text
    held = answer.json()
    assert (held["service"], held["graduate_id"]) == ("destinations", str(graduate_id))
    records = held["records"]
    [entry] = records["roster_entry"]
    assert (entry["class_code"], entry["counted"], entry["erased"]) == ("K1", True, False)
    [registration] = records["registrations"]
    assert registration["id"] == str(disputed.id)
    assert (registration["stage"], registration["confirmation"]) == ("school_approved", "disputed")
    assert registration["employer_address"] == UNIT.employer_address
    assert registration.keys() >= {*FIELDS, "late_reason"}
    history = records["registration_versions"]
    assert [(each["version"], each["action"], each["by_role"], each["note"]) for each in history] == [
        (1, "create", "graduate", None),
        (2, "submit", "graduate", None),
        (3, "college-approve", "college_officer", "因故"),
        (4, "school-approve", "school_officer", "因故"),
        (5, "dispute", "graduate", None),
    ]
    [said], [task] = records["disputes"], records["tasks"]
    assert (said["version"], said["kind"], said["reason"]) == (5, "wrong_data", "因故")
    assert (task["kind"], task["held_by"], task["state"], task["answer"]) == ("answer_dispute", "college", "open", None)
    said_of_others = answer.text.replace('"held_by":"college"', "")
    for foreign in (str(other), COLLEGE.subject, SCHOOL.subject):
        assert f'"{foreign}"' not in said_of_others
    assert (await http.get(path, headers=mint.headers("graduate", graduate=other))).status_code == 404
    assert (await http.get(path, headers=mint.headers("school_officer", school="10001"))).status_code == 403
    assert (await http.get(path, headers=mint.headers("system"))).json()["records"] == records
    read = await rows(database, "SELECT detail FROM audit_entries WHERE action = 'data.read'")
    assert [each.detail for each in read] == [{"graduate": str(graduate_id)}]
    # the service's reading is one of the accesses from then on
    [access] = (await http.get(path, headers=own)).json()["records"]["accesses"]
    assert (access["kind"], access["role"], access["purpose"]) == ("data_copy", "system", None)
