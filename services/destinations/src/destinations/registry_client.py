"""Registry over HTTP: the persons that rows of a spreadsheet name, and graduates whose event is still on its way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from common.change_feed import barrier
from common.contracts.graduate import status_counted
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.registry_client import (
    REVEALED_AT_ONCE,
    RegistryClient,
    RegistryRefused,
    RegistryUnavailable,
    RowKey,
)
from common.sql import uuid_of
from destinations.roster.domain import NO_MODE, Graduate, RosterEntry

__all__ = ["Registry", "RegistryRefused", "RegistryUnavailable", "RowKey"]

LISTED_AT_ONCE = 200
"""Units of one page of a list."""


class Registry(RegistryClient):
    """Registry's HTTP API as far as this service needs it, with this service's own token."""

    async def graduate(self, graduate_id: GraduateId) -> RosterEntry | None:
        """The graduate's roster entry, or None if registry has no such graduate; raises RegistryUnavailable."""
        answer = await self.ask("GET", f"/v1/graduates/{graduate_id}")
        # the answer carries no sequence of the topic: an event of any sequence is newer
        if answer is None:
            return None
        return _entry(answer, answer["id"], answer["school_code"], answer["cohort"], sequence=0)

    async def resolve(
        self, school_code: SchoolCode, cohort: Cohort, rows: Sequence[RowKey]
    ) -> dict[int, RosterEntry | str]:
        """The roster entry of each row by its number, or the name of what is wrong with the row.

        Raises RegistryUnavailable or RegistryRefused.
        """
        return {
            each["row"]: each.get("problem") or _entry(each, each["graduate_id"], school_code, cohort, each["sequence"])
            for each in await self.resolved(school_code, cohort, rows)
        }

    async def commissioning_units(self, graduate_ids: Sequence[GraduateId]) -> dict[GraduateId, str | None]:
        """For whom each of these graduates was trained (定向委培单位); None where registry says no unit of one.

        Raises RegistryUnavailable or RegistryRefused.
        """
        units: dict[GraduateId, str | None] = dict.fromkeys(graduate_ids)
        for start in range(0, len(graduate_ids), REVEALED_AT_ONCE):
            asked = [str(each) for each in graduate_ids[start : start + REVEALED_AT_ONCE]]
            body = {"purpose": "review", "graduate_ids": asked, "fields": ["commissioning_unit"]}
            answer = await self.ask("POST", "/v1/graduates/reveal", body)
            for each in answer["items"]:
                units[GraduateId(uuid_of(each["graduate_id"]))] = each.get("values", {}).get("commissioning_unit")
        return units

    async def persons(self, graduate_ids: Sequence[GraduateId]) -> dict[GraduateId, dict[str, Any]]:
        """Name and phones of graduates as registry shows them for `verification`: their `values`, or the `problem`.

        Raises RegistryUnavailable or RegistryRefused.
        """
        shown: dict[GraduateId, dict[str, Any]] = {
            each: {"values": {}, "problem": "not_found"} for each in graduate_ids
        }
        for start in range(0, len(graduate_ids), REVEALED_AT_ONCE):
            asked = [str(each) for each in graduate_ids[start : start + REVEALED_AT_ONCE]]
            body = {"purpose": "verification", "graduate_ids": asked, "fields": ["name", "phone", "home_phone"]}
            answer = await self.ask("POST", "/v1/graduates/reveal", body)
            for each in answer["items"]:
                known = {"values": each.get("values") or {}, "problem": each.get("problem")}
                shown[GraduateId(uuid_of(each["graduate_id"]))] = known
        return shown

    async def digest(self, topic: str, school_code: SchoolCode, before: datetime) -> barrier.OwnerDigest:
        """What registry says of a school before a moment.

        Raises RegistryUnavailable or RegistryRefused.
        """
        query = barrier.question(topic, school_code, before)
        return barrier.OwnerDigest.of(await self.ask("GET", f"{barrier.PATH}?{urlencode(query)}"))

    async def school(self, school_code: SchoolCode) -> Mapping[str, Any]:
        """The school, empty where registry has none; raises RegistryUnavailable or RegistryRefused."""
        return await self.ask("GET", f"/v1/schools/{school_code}") or {}

    async def majors(self, school_code: SchoolCode) -> dict[str, str]:
        """The names of the school's majors by code; raises RegistryUnavailable or RegistryRefused."""
        path, names = f"/v1/schools/{school_code}/majors", dict[str, str]()
        asked: dict[str, str | int] = {"limit": LISTED_AT_ONCE}
        while True:
            answer = await self.ask("GET", f"{path}?{urlencode(asked)}") or {"items": [], "next_cursor": None}
            names |= {each["code"]: each["name"] for each in answer["items"]}
            if not answer["next_cursor"]:
                return names
            asked["cursor"] = answer["next_cursor"]


def _entry(
    answer: Mapping[str, Any], graduate_id: str, school_code: SchoolCode, cohort: Cohort, sequence: int
) -> RosterEntry:
    said, status = answer.get, answer["status"]
    graduate = Graduate(
        GraduateId(uuid_of(graduate_id)),
        school_code,
        cohort,
        said("college_code"),
        said("major_code"),
        said("class_code"),
        said("education_level_code"),
        status,
        counted=status_counted(status),
        # an answer gives the moment
        erased=said("erased_at") is not None,
        # an answer of the release before lacks it
        training_mode_code=(said("training_mode_code") or NO_MODE) if "training_mode_code" in answer else None,
    )
    return RosterEntry(graduate, sequence)
