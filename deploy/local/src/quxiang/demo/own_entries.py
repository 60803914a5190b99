"""Graduates who look at the own entry: they confirm it, and of some the office fills in a field afterwards."""

from uuid import UUID

from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.demo.changes import Office
from quxiang.demo.client import Json

_CONFIRMED = 24
_OUTDATED = 4
_FILLED: Json = {"document_type_code": "1"}


async def self_checks(office: Office) -> Json:
    """Lets graduates confirm their entries, of which some become outdated; gives the entry of one of those."""
    members = office.campus.items(
        "registry", "/v1/graduates", office.school_officer, school=office.school, cohort=office.cohort
    )
    chosen = sorted([each async for each in members], key=lambda each: str(each["student_number"]))
    for graduate in chosen[: _CONFIRMED + _OUTDATED]:
        await _confirm(office, graduate)
    for graduate in chosen[:_OUTDATED]:
        path, version = f"/v1/graduates/{graduate['id']}", graduate["version"]
        await office.campus.call("registry", "PATCH", path, office.school_officer, version=version, json=_FILLED)
    return chosen[0]


async def _confirm(office: Office, graduate: Json) -> None:
    oneself = Grant(Role.GRADUATE, graduate_id=UUID(graduate["id"]))
    body = {"graduate_version": graduate["version"]}
    await office.campus.call("registry", "POST", f"/v1/graduates/{graduate['id']}/self-check", oneself, json=body)
