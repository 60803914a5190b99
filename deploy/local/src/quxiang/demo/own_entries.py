"""Graduates who look at the own entry: they confirm it, and of some the office fills in a field afterwards."""

from quxiang.demo.changes import Office, oneself
from quxiang.demo.client import Json

_CONFIRMED = 24
_OUTDATED = 4
_FILLED: Json = {"document_type_code": "1"}


async def self_checks(office: Office) -> Json:
    """Lets graduates confirm their entries, of which some become outdated; gives the entry of one of those."""
    chosen = (await office.members())[: _CONFIRMED + _OUTDATED]
    for graduate in chosen:
        await _confirm(office, graduate)
    for graduate in chosen[:_OUTDATED]:
        path, version = f"/v1/graduates/{graduate['id']}", graduate["version"]
        await office.campus.call("registry", "PATCH", path, office.school_officer, version=version, json=_FILLED)
    return chosen[0]


async def _confirm(office: Office, graduate: Json) -> None:
    path, body = f"/v1/graduates/{graduate['id']}/self-check", {"graduate_version": graduate["version"]}
    await office.campus.call("registry", "POST", path, oneself(graduate["id"]), json=body)
