"""A registry outside this service, as far as destinations asks it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from enrolling import answered, roster_entry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.contracts.envelope import IncomingEvent
from destinations.roster.domain import RosterEntry


@dataclass
class Book:
    """Answers what the test wrote into it."""

    graduates: dict[UUID, RosterEntry] = field(default_factory=dict)
    numbers: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    units: dict[UUID, str] = field(default_factory=dict)
    revealed: list[str] = field(default_factory=list)
    filed: list[str] = field(default_factory=list)
    restricted: set[UUID] = field(default_factory=set)
    down: bool = False
    refuses: bool = False
    asked: int = 0
    told: list[IncomingEvent] = field(default_factory=list)
    is_settled: bool = True
    while_asked: Callable[[], Awaitable[object]] | None = None

    def write(self, number: str, name: str, **given: Any) -> UUID:
        entry = roster_entry(given.pop("graduate_id", None), **given)
        self.graduates[entry.graduate.id] = entry
        self.numbers[number] = (entry.graduate.id, name)
        return entry.graduate.id

    def change(self, graduate_id: UUID, *, sequence: int = 1, **given: Any) -> None:
        known = self.graduates[graduate_id].graduate
        self.graduates[graduate_id] = RosterEntry(replace(known, **given), sequence)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/graduates/resolve", self._resolve, methods=["POST"]),
                Route("/v1/graduates/reveal", self._reveal, methods=["POST"]),
                Route("/v1/graduates/{graduate_id}", self._graduate),
                Route("/v1/changes/digests", self._digests),
                Route("/v1/schools/{school_code}", self._school),
                Route("/v1/schools/{school_code}/majors", self._majors),
            ]
        )

    async def _graduate(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        found = self.graduates.get(UUID(request.path_params["graduate_id"]))
        return Response(status_code=404) if found is None else JSONResponse(answered(found) | {"version": 1})

    async def _digests(self, request: Request) -> Response:
        """As the contract words it: a hash of the lines of the keys that begin with a digit."""
        if self.down:
            return Response(status_code=503)
        query = request.query_params
        assert query["topic"] == "quxiang.registry.graduate.v1"
        before = datetime.fromisoformat(query["recorded_before"])
        found = [each for each in self.told if each.school_code == query["school"] and each.recorded_at < before]
        found.sort(key=lambda each: (each.key, each.sequence))
        ranges = []
        for digit in "0123456789abcdef":
            lines = [f"{each.key}:{each.sequence}:{each.id}\n" for each in found if each.key.startswith(digit)]
            hashed = sha256("".join(lines).encode()).hexdigest()
            ranges.append({"prefix": digit, "versions": len(lines), "hash": hashed})
        return JSONResponse({"settled": self.is_settled, "ranges": ranges})

    async def _school(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        return JSONResponse({"code": request.path_params["school_code"], "name": "某大学", "province_code": "410000"})

    async def _majors(self, request: Request) -> Response:
        majors = [{"code": "M01", "name": "软件工程"}, {"code": "M02", "name": "会计学"}]
        first = "cursor" not in request.query_params
        return JSONResponse({"items": majors[:1] if first else majors[1:], "next_cursor": "+/=" if first else None})

    def _for_filing(self, sent: Mapping[str, Any]) -> list[dict[str, Any]]:
        self.filed += sent["graduate_ids"]
        people = {f"{each}": (number, name) for number, (each, name) in self.numbers.items()}
        found: list[dict[str, Any]] = []
        for each in sent["graduate_ids"]:
            number, name = people.get(each, (None, None))
            if number is None or UUID(each) in self.restricted:
                found.append({"graduate_id": each, "problem": "restricted" if number else "not_found"})
                continue
            said = {"student_number": number, "exam_number": number, "name": name, "major_code": "M02"}
            found.append({"graduate_id": each, "values": {name: said.get(name) for name in sent["fields"]}})
        return found

    async def _reveal(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        sent = await request.json()
        if sent["purpose"] == "filing":
            assert len(sent["graduate_ids"]) <= 500
            if self.while_asked:
                await self.while_asked()
            return JSONResponse({"items": self._for_filing(sent), "next_cursor": None})
        if sent["purpose"] == "verification":
            assert sent["fields"] == ["name", "phone", "home_phone"]
            people = {f"{each}": name for each, name in self.numbers.values()}
            known = [{"graduate_id": each, "values": {"name": people.get(each)}} for each in sent["graduate_ids"]]
            return JSONResponse({"items": known, "next_cursor": None})
        assert (sent["purpose"], sent["fields"]) == ("review", ["commissioning_unit"])
        self.revealed += sent["graduate_ids"]
        units = {each: self.units.get(UUID(each)) for each in sent["graduate_ids"]}
        items = [{"graduate_id": each, "values": {"commissioning_unit": unit}} for each, unit in units.items()]
        return JSONResponse({"items": items, "next_cursor": None})

    async def _resolve(self, request: Request) -> Response:
        self.asked += 1
        if self.while_asked:
            await self.while_asked()
        if self.down:
            return Response(status_code=503)
        if self.refuses:
            return Response(status_code=422)
        sent = await request.json()
        owner = (sent["school_code"], sent["cohort"])
        return JSONResponse({"rows": [self._resolved(row, owner) for row in sent["rows"]]})

    def _resolved(self, row: Mapping[str, Any], owner: tuple[str, int]) -> dict[str, Any]:
        if {row["student_number"], row.get("citizen_id")} & self.erased:
            return {"row": row["row"], "problem": "erased"}
        found = self.numbers.get(row["student_number"] or row["exam_number"] or row.get("citizen_id") or "")
        entry = self.graduates[found[0]] if found else None
        if found is None or entry is None or owner != (entry.graduate.school_code, entry.graduate.cohort):
            return {"row": row["row"], "problem": "not_found"}
        nameless = row["name"] is None and row["student_number"] is None
        if not nameless and "".join(str(row["name"]).split()) != found[1]:
            return {"row": row["row"], "problem": "name_mismatch"}
        return answered(entry) | {"row": row["row"]}
