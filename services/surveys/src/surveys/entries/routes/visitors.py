"""The page at which everybody may ask for the own link; it says the same to all."""

from functools import partial
from typing import Annotated

from fastapi import Path, Response

from common.errors import Invalid
from common.http import OPEN, Router
from surveys.answer_page.routes.visits import Here, Visit, as_page
from surveys.entries import commands
from surveys.entries.domain import Named
from surveys.questionnaires.storage import published
from surveys.roster.storage import school_names
from surveys.waves import storage as waves
from surveys.waves.domain import Wave

router = Router(prefix="/w", credential=OPEN, include_in_schema=False)

Code = Annotated[str, Path(max_length=64)]
_FIELDS = ("student_number", "name")


@router.get("/{code}")
@as_page
async def read_entry(*, here: Here, code: Code) -> Response:
    return await _page(here, await _open_wave(here, code))


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
        return await _page(here, wave, 422, faults=faults, typed=typed)
    act = partial(commands.ask, cipher=here.cipher, wave_id=wave.id, named=named, language=here.language)
    await here.database.act(commands.visitor_of(wave), act)
    return here.shows("shared_entry.html", is_asked=True)


async def _open_wave(here: Visit, code: str) -> Wave:
    async with here.database.reading() as connection:
        return commands.must_be_enterable(await waves.by_code(connection, code))


async def _page(
    here: Visit,
    wave: Wave,
    status: int = 200,
    faults: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    async with here.database.reading() as connection:
        names = await school_names(connection, wave.school_code)
        content = await published(connection, wave.questionnaire_id, wave.questionnaire_version)
    assert content is not None, "a wave refers to a published version by a foreign key"
    called = names.name if here.language == "zh" else names.name_en or names.name
    return here.shows(
        "shared_entry.html",
        status,
        is_asked=False,
        code=wave.shared_code,
        asked_by=called or wave.school_code,
        asks=content.title.in_language(here.language),
        faults=faults or {},
        typed=typed or dict.fromkeys(_FIELDS, ""),
    )
