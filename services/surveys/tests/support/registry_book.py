"""A registry outside this service, as far as surveys asks it: whom rows name, and names and phones."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]


@dataclass
class Book:
    """Answers what the test wrote into it, and notes who was revealed."""

    people: dict[UUID, Json] = field(default_factory=dict)
    numbers: dict[str, UUID] = field(default_factory=dict)
    revealed: list[UUID] = field(default_factory=list)
    down: bool = False

    def write(self, graduate_id: UUID, number: str, name: str, **said: str | None) -> None:
        self.people[graduate_id] = {"name": name, "phone": f"1380000{number[-4:]:0>4}", "email": None} | said
        self.numbers[number] = graduate_id

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/graduates/resolve", self._resolve, methods=["POST"]),
                Route("/v1/graduates/reveal", self._reveal, methods=["POST"]),
            ]
        )

    async def _resolve(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        asked = (await request.json())["rows"]
        if any("\0" in str(value) for row in asked for value in row.values()):
            return Response(status_code=422)
        return JSONResponse({"rows": [self._resolved(each) for each in asked]})

    def _resolved(self, row: Json) -> Json:
        found = self.numbers.get(row["student_number"])
        if found is None:
            return {"row": row["row"], "problem": "not_found"}
        if row["name"] is not None and row["name"] != self.people[found]["name"]:
            return {"row": row["row"], "problem": "name_mismatch"}
        return {"row": row["row"], "graduate_id": str(found), "sequence": 1}

    async def _reveal(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        asked = await request.json()
        assert asked["purpose"] == "survey_contact"
        ids = [UUID(each) for each in asked["graduate_ids"]]
        self.revealed += ids
        return JSONResponse({"items": [self._opened(each, asked["fields"]) for each in ids], "next_cursor": None})

    def _opened(self, graduate_id: UUID, fields: list[str]) -> Json:
        if graduate_id not in self.people:
            return {"graduate_id": str(graduate_id), "problem": "not_found"}
        return {
            "graduate_id": str(graduate_id),
            "values": {each: self.people[graduate_id][each] for each in fields},
        }
