"""A destinations service outside this one, as far as surveys asks it: which employers registrations name."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]
AT_ONCE = 2


@dataclass
class HiringBook:
    """Answers what the test wrote into it, in pages of two, and notes for which cohorts it was asked."""

    employers: dict[UUID, Json] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    down: bool = False

    def write(
        self,
        name: str,
        hires: dict[int, int],
        employer_id: UUID | None = None,
        contacts: tuple[tuple[str | None, str | None], ...] = (),
        **said: str | None,
    ) -> UUID:
        of = employer_id or uuid4()
        codes: Json = dict.fromkeys(("uscc", "nature_code", "industry_code", "place_code"))
        people = [{"name": who, "phone": phone} for who, phone in contacts]
        self.employers[of] = {**codes, **said, "name": name, "hires": hires, "contacts": people}
        return of

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/employers/hires", self._hires, methods=["POST"])])

    async def _hires(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        body = await request.json()
        [cohort] = body["cohorts"]
        self.asked += [cohort] if "cursor" not in body else []
        found = [
            {**said, "employer_id": str(each), "hires": {str(cohort): said["hires"][cohort]}}
            for each, said in sorted(self.employers.items(), key=lambda pair: str(pair[0]))
            if said["hires"].get(cohort) and str(each) > body.get("cursor", "")
        ]
        page, rest = found[:AT_ONCE], found[AT_ONCE:]
        return JSONResponse({"items": page, "next_cursor": page[-1]["employer_id"] if rest else None})
