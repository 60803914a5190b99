"""Answering over HTTP, with the token of a personal link in place of an account."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response
from fastapi.security import APIKeyHeader

from common.auth import Caller
from common.crypto import FieldCipher, hashed_secret
from common.database import Database
from common.errors import Missing
from common.files import JPEG, PDF, PNG
from common.files.documents import file_alone
from common.http import Cipher, Credential, Db, IdempotencyKey, IfMatch, Router, Upload, XPurpose, answer, resource
from common.http.language import preferred_language
from common.identifiers import ResponseId, WaveId
from common.objects.routes import StoredFiles
from common.once import Answered
from common.purposes import purpose_of
from surveys.answers import commands
from surveys.answers.commands import Answer, AnswerFile, holder_of
from surveys.answers.wire import (
    AnswerBody,
    AnswerFileBody,
    AnswerFileForm,
    ConsentForm,
    PageValues,
    RevealedBody,
    Submission,
    Trial,
    written,
)
from surveys.ballots.domain import digest_of
from surveys.invitations.domain import LinkRefused, has_form
from surveys.questionnaires.domain.logic import logic_of
from surveys.questionnaires.wire import Evaluated
from surveys.waves.commands import managed
from surveys.waves.domain import Wave
from surveys.waves.wire import WrittenWaveBody


async def check_link(request: Request) -> None:
    """Notes the first use of the link; raises LinkRefused unless its token belongs to an invitation."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "survey" or not has_form(token.strip()):
        raise LinkRefused
    database: Database = request.app.state.database
    request.state.holder = await commands.follow(database, hashed_secret(token.strip()), digest_of(token.strip()))


async def _holder_of(request: Request) -> commands.Holder:
    holder: commands.Holder = request.state.holder
    return holder


Holder = Annotated[commands.Holder, Depends(_holder_of)]
"""The invitation or the ballot whose token the request came with."""


async def submissions_of(request: Request) -> commands.Submissions:
    """What takes the submissions of this process, kept as `app.state.submissions`."""
    found: commands.Submissions = request.app.state.submissions
    return found


Submitted = Annotated[commands.Submissions, Depends(submissions_of)]
"""`submissions: Submitted` in a route's signature."""


async def _language_of(request: Request) -> str:
    return preferred_language(request.headers.get("accept-language"))


Reads = Annotated[str, Depends(_language_of)]
"""The language in which the holder reads."""

_MEDIA_TYPES = {kind.name: kind.media_type for kind in (JPEG, PNG, PDF)}

PageName = Annotated[str, Path(max_length=64)]

SURVEY_LINK = Credential(
    check_link,
    APIKeyHeader(
        name="Authorization",
        scheme_name="survey",
        description="`Survey TOKEN`, the token being the fragment of a personal link.",
        auto_error=False,
    ),
)

router = Router(prefix="/v1/answer", tags=["answer"], credential=SURVEY_LINK)
revealing = Router(prefix="/v1/responses", tags=["responses"])
freezing = Router(prefix="/v1/waves", tags=["waves"])


@router.get(
    "",
    response_model=AnswerBody,
    summary="The questionnaire and what was answered so far",
    responses={409: {"$ref": "#/components/responses/Problem409"}},
)
async def read_answer(*, invitation: Holder, database: Db, cipher: Cipher, language: Reads) -> Response:
    async with database.reading() as connection:
        given = await commands.read(connection, cipher, invitation)
    if given.shows_another:
        act = partial(commands.show, cipher=cipher, invitation=invitation)
        given = await database.act(holder_of(invitation), act)
    return _shown(language, given)


@router.put(
    "/consent",
    response_model=AnswerBody,
    summary="Agree to the privacy statement; comes before the first page is saved",
    description="`sensitive` is a consent of its own: without it sensitive questions are not asked. A receipt is kept.",
)
async def give_consent(
    *, invitation: Holder, database: Db, cipher: Cipher, language: Reads, if_match: IfMatch, body: ConsentForm
) -> Response:
    act = partial(
        commands.agree,
        cipher=cipher,
        invitation=invitation,
        expected=if_match,
        statement_version=body.statement_version,
        sensitive=body.sensitive,
    )
    return _shown(language, await database.act(holder_of(invitation), act))


@router.put("/pages/{page_id}", response_model=AnswerBody, summary="Save the answers of one page")
async def save_page(
    *,
    invitation: Holder,
    database: Db,
    cipher: Cipher,
    language: Reads,
    page_id: PageName,
    if_match: IfMatch,
    body: PageValues,
) -> Response:
    act = partial(
        commands.save_page,
        cipher=cipher,
        invitation=invitation,
        page_id=page_id,
        expected=if_match,
        values=body.values,
    )
    return _shown(language, await database.act(holder_of(invitation), act))


@router.post(
    "/submit",
    response_model=AnswerBody,
    summary="Submit; from `editable_until` on the link is used up",
    description="The body may be left out; `values` are saved with the submission as pages are. Where a cap of the "
    "wave is full, 409 `cap_full` names the `cap`: the answer is erased, and the link used up.",
)
async def submit_answer(
    *,
    invitation: Holder,
    database: Db,
    cipher: Cipher,
    submissions: Submitted,
    language: Reads,
    if_match: IfMatch,
    once: IdempotencyKey,
    body: Submission | None = None,
) -> Response:
    values = {} if body is None else body.values
    submitted = submissions.submit(holder=invitation, expected=if_match, values=values, once=once)
    again = partial(_found_again, database, cipher, invitation)
    return await answer(submitted, show=partial(_taken, language), again=again)


@router.post("/evaluate", summary="What the logic says of answers beside those that are saved; stores nothing")
async def evaluate_answer(
    *, invitation: Holder, database: Db, cipher: Cipher, language: Reads, body: Trial
) -> Evaluated:
    async with database.reading() as connection:
        tried = (await commands.read(connection, cipher, invitation)).with_values(body.values)
    read_in = body.language or language
    return Evaluated.of(tried.judged, logic_of(tried.content).texts(tried.judged, read_in), read_in)


@router.post(
    "/files",
    status_code=201,
    response_model=AnswerFileBody,
    summary="Send a file, which a value then names by its id",
    description="JPEG, PNG or PDF, up to 5 MB, ten an answer. A picture is kept without its notes (place, device), "
    "and a file goes with the answer. 422 for what is broken (`picture_broken`, `unreadable`) or `encrypted`.",
)
async def send_file(
    *,
    invitation: Holder,
    database: Db,
    cipher: Cipher,
    objects: StoredFiles,
    upload: Upload[AnswerFileForm],
    once: IdempotencyKey,
) -> Response:
    async with database.reading() as connection:
        commands.must_take_files((await commands.read(connection, cipher, invitation)).response)
    media_type = _MEDIA_TYPES[upload.kind]
    name = await objects.put(await asyncio.to_thread(file_alone, upload.content), media_type)
    act = partial(commands.add_file, invitation=invitation, name=name, media_type=media_type)

    async def sent_before(done: Answered) -> AnswerFile:
        return AnswerFile(UUID(done.object_id))

    return await answer(
        commands.acted(database, invitation, act, once),
        show=lambda file: resource(AnswerFileBody.model_validate(file), file.version, 201),
        again=sent_before,
    )


@router.post(
    "/reopen",
    response_model=AnswerBody,
    summary="Open what was submitted again; it counts until the next submission",
    description="Until `editable_until`. What is not submitted again by then is given up.",
)
async def reopen_answer(
    *, invitation: Holder, database: Db, cipher: Cipher, language: Reads, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.reopen, cipher=cipher, invitation=invitation, expected=if_match)
    again = partial(_found_again, database, cipher, invitation)
    done = commands.acted(database, invitation, act, once)
    return await answer(done, show=partial(_shown, language), again=again)


@router.post(
    "/withdraw",
    status_code=204,
    summary="Take the answer back and erase it, also with a used link",
    description="204 whether there was anything or not; needs no `If-Match`, and can be repeated.",
)
async def withdraw_answer(*, invitation: Holder, database: Db) -> Response:
    await database.act(holder_of(invitation), partial(commands.withdraw, invitation=invitation))
    return Response(status_code=204)


@freezing.post(
    "/{wave_id}/freeze",
    response_model=WrittenWaveBody,
    summary="Freeze a closed wave: a hash fixes its answers, and they can only be withdrawn from then on",
)
async def freeze_wave(
    *, caller: Caller, database: Db, cipher: Cipher, wave_id: WaveId, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    async def again(_: object) -> Wave:
        async with database.reading() as connection:
            return await managed(connection, caller, wave_id)

    async def frozen() -> Wave:
        # answers that are withdrawn meanwhile are left out of the next try
        while True:
            made = await commands.freezable(database, caller, cipher, wave_id)
            act = partial(commands.freeze, caller=caller, wave_id=wave_id, expected=if_match, made=made)
            with suppress(Missing):
                return await database.act(caller.actor, act, once)

    return await answer(frozen(), show=lambda wave: resource(WrittenWaveBody.of(wave), wave.version), again=again)


@revealing.post(
    "/{response_id}/reveal",
    response_model=RevealedBody,
    summary="Read an answer with the person, for a purpose; every reading is logged",
    description="For `support` or `correction`, of waves that are `identified`; others are 409 `not_identified`.",
)
async def reveal_response(
    *, caller: Caller, database: Db, cipher: Cipher, response_id: ResponseId, x_purpose: XPurpose = None
) -> Response:
    purpose = purpose_of(x_purpose)
    act = partial(commands.reveal, caller=caller, cipher=cipher, response_id=response_id, purpose=purpose)
    revealed = await database.act(caller.actor, act)
    return resource(RevealedBody.of(revealed), revealed.response.version)


async def _found_again(database: Database, cipher: FieldCipher, invitation: commands.Holder, _: object) -> Answer:
    async with database.reading() as connection:
        return await commands.find(connection, cipher, invitation)


def _taken(language: str, given: Answer) -> Response:
    commands.must_be_taken(given.response)
    return _shown(language, given)


def _shown(language: str, given: Answer) -> Response:
    return resource(written(given, language), given.version)
