"""The page at which everybody may ask for the own link; it says the same to all."""

from functools import partial
from typing import Annotated

from fastapi import Path, Response

from common.errors import Invalid
from common.http import OPEN, Router
from surveys.answer_page.routes.visits import Here, Visit, as_page
from surveys.entries import commands
from surveys.entries.domain import Named
from surveys.waves import storage as waves
from surveys.waves.domain import Wave

router = Router(prefix="/w", credential=OPEN, include_in_schema=False)

Code = Annotated[str, Path(max_length=64)]
_FIELDS = ("student_number", "name")


@router.get("/{code}")
@as_page
async def read_entry(*, here: Here, code: Code) -> Response:
    await _open_wave(here, code)
    return _page(here, code)


@router.post("/{code}")
@as_page
async def ask_for_link(*, here: Here, code: Code) -> Response:
    form = await here.form()
    wave = await _open_wave(here, code)
    typed = {name: form.first(name) for name in _FIELDS}
    try:
        named = Named.read(**typed)
    except Invalid as refused:
        faults = {each.pointer[1:]: each.message.in_language(here.language) for each in refused.problems}
        return _page(here, code, 422, faults=faults, typed=typed)
    act = partial(commands.ask, cipher=here.cipher, wave_id=wave.id, named=named, language=here.language)
    await here.database.act(commands.visitor_of(wave), act)
    return here.shows("shared_entry.html", is_asked=True)


async def _open_wave(here: Visit, code: str) -> Wave:
    async with here.database.reading() as connection:
        return commands.must_be_enterable(await waves.by_code(connection, code))


def _page(
    here: Visit, code: str, status: int = 200, faults: dict[str, str] | None = None, typed: dict[str, str] | None = None
) -> Response:
    typed = typed or dict.fromkeys(_FIELDS, "")
    return here.shows("shared_entry.html", status, is_asked=False, code=code, faults=faults or {}, typed=typed)
