"""Consent, pages, review, submission and withdrawal: the acts of `answers`, each from a form."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import Depends, Response

from common.clock import SHANGHAI
from common.crypto import hashed_secret
from common.errors import FieldProblem, Invalid, NotFound, PreconditionFailed, Versions
from common.files.documents import file_alone
from common.http import OPEN, Router
from common.objects.routes import StoredFiles
from surveys.answer_page.domain.fields import Fields, values_in
from surveys.answer_page.routes.visits import Here, Visit, as_page, asked_on, is_over, visible_pages
from surveys.answer_page.wire.forms import FILES, KINDS, Form, PageForms
from surveys.answer_page.wire.questions import faults_of, said, shown_on
from surveys.answers import commands
from surveys.answers.commands import Answer, Holder, holder_of
from surveys.answers.wire import MUST_BE_AGREED
from surveys.invitations.domain import LinkRefused
from surveys.questionnaires.domain.content import QuestionnairePage, QuestionType
from surveys.questionnaires.domain.logic import pointer_of
from surveys.responses.domain import AlreadySubmitted, Mode, ResponseState

router = Router(prefix="/a", credential=OPEN, include_in_schema=False)


@router.get("/consent")
@as_page
async def read_consent(*, here: Here) -> Response:
    return await _consent(here)


@router.post("/consent")
@as_page
async def give_consent(*, here: Here) -> Response:
    form, answer = await here.form(), await here.answer()
    if not form.first("agreed"):
        return await _consent(here, 422, fault=MUST_BE_AGREED.in_language(here.language))
    read = form.first("_statement")
    act = partial(
        commands.agree,
        cipher=here.cipher,
        invitation=(invitation := await here.invitation()),
        expected=_expected(form),
        statement_version=int(read) if read.isdecimal() and len(read) < 10 else answer.statement.number,
        sensitive=bool(form.first("sensitive")),
    )
    try:
        return here.onward(await here.database.act(holder_of(invitation), act))
    except (Invalid, PreconditionFailed) as refused:
        # another statement applies by now, or the answer was begun elsewhere: it is read once more
        fault = (refused.problems[0].message if refused.problems else refused.title).in_language(here.language)
        return await _consent(here, 422 if refused.problems else 412, fault=fault)


@router.get("/pages/{page_id}")
@as_page
async def read_page(*, here: Here, page_id: str) -> Response:
    answer = await here.answer()
    page = _page_of(answer, page_id)
    if answer.receipt is None or answer.response.state is not ResponseState.OPEN or page not in visible_pages(answer):
        return here.onward(answer)
    return _page(here, answer, page)


@router.post("/pages/{page_id}")
@as_page
async def save_page(
    *, here: Here, page_id: str, objects: StoredFiles, _limit: Annotated[None, Depends(PageForms())]
) -> Response:
    form, invitation, answer = await here.form(), await here.invitation(), await here.answer()
    page = _page_of(answer, page_id)
    try:
        fields = {**form.fields, **await _stored(here, invitation, objects, page, form)}
    except Invalid as refused:
        return _page(here, answer, page, 422, typed=form.fields, problems=refused.problems)
    values = values_in(page.questions, fields, answer.values)
    act = partial(
        commands.save_page,
        cipher=here.cipher,
        invitation=invitation,
        page_id=page_id,
        expected=_expected(form),
        values=values,
    )
    try:
        saved = await here.database.act(holder_of(invitation), act)
    except Invalid as refused:
        return _page(here, await here.answer(), page, 422, typed=fields, problems=refused.problems)
    except PreconditionFailed:
        now = await here.answer()
        if now.with_values(values).values != now.values:
            return _page(here, now, page, 412, typed=fields, compared=True)
        # the same was saved before: a second press of the button
        saved = now
    return _after(here, answer, saved, page, goes_back=form.first("_go") == "back")


@router.get("/review")
@as_page
async def read_review(*, here: Here) -> Response:
    answer = await here.answer()
    if answer.receipt is None or answer.response.state is not ResponseState.OPEN:
        return here.onward(answer)
    return _review(here, answer)


@router.post("/review")
@as_page
async def submit(*, here: Here) -> Response:
    form, invitation = await here.form(), await here.invitation()
    submissions: commands.Submissions = here.request.app.state.submissions
    try:
        answer = await submissions.submit(holder=invitation, expected=_expected(form), values={}, mode=Mode.WEB)
    except Invalid as refused:
        return _review(here, await here.answer(), 422, problems=refused.problems)
    except (LinkRefused, AlreadySubmitted, PreconditionFailed) as refused:
        # a second press of the button finds it submitted
        if (await here.found()).response.state is not ResponseState.SUBMITTED:
            if not isinstance(refused, PreconditionFailed):
                raise
            return _review(here, await here.answer(), 412, is_changed=True)
        return here.goes_to("/done")
    if answer.response.state is ResponseState.SCREENED_OUT:
        return here.shows("done.html", 409, answer, editable=None)
    return here.goes_to("/done")


@router.get("/done")
@as_page
async def read_done(*, here: Here) -> Response:
    answer = await here.found()
    if not is_over(answer):
        return here.onward(answer)
    try:
        until = (await here.answer()).editable_until
    except LinkRefused:
        until = None
    editable = until and f"{until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return here.shows("done.html", answer=answer, editable=editable)


@router.post("/done")
@as_page
async def reopen(*, here: Here) -> Response:
    form, invitation = await here.form(), await here.invitation()
    act = partial(commands.reopen, cipher=here.cipher, invitation=invitation, expected=_expected(form))
    answer = await here.database.act(holder_of(invitation), act)
    return here.goes_to(f"/pages/{visible_pages(answer)[0].id}")


@router.post("/begin")
@as_page
async def begin(*, here: Here) -> Response:
    await here.form()
    invitation = await here.invitation()
    act = partial(commands.begin, cipher=here.cipher, invitation=invitation)
    begun = await here.database.act(holder_of(invitation), act)
    return here.remembers(here.goes_to("/consent"), hashed_secret(begun.token))


@router.get("/withdraw")
@as_page
async def read_withdraw(*, here: Here) -> Response:
    await here.invitation()
    return here.shows("withdraw.html")


@router.post("/withdraw")
@as_page
async def withdraw(*, here: Here) -> Response:
    await here.form()
    invitation = await here.invitation()
    await here.database.act(holder_of(invitation), partial(commands.withdraw, invitation=invitation))
    return here.goes_to("/done")


def _expected(form: Form) -> Versions:
    """The version that the page showed; a form that names none is meant for any."""
    shown = form.first("_version")
    if not shown:
        return Versions(any=True)
    return Versions(frozenset({int(shown)} if shown.isdecimal() and len(shown) < 10 else ()))


def _page_of(answer: Answer, page_id: str) -> QuestionnairePage:
    page = answer.content.page(page_id)
    if page is None:
        raise NotFound
    return page


async def _stored(here: Visit, invitation: Holder, objects: StoredFiles, page: QuestionnairePage, form: Form) -> Fields:
    """The fields of the files that came with a form, which name them from now on; raises what a file is refused for."""
    asked = [each.id for each in page.questions if each.type is QuestionType.FILE and each.id in form.files]
    stored = {}
    for name in asked:
        content = form.files[name]
        if len(content) > FILES.at_most:
            raise Invalid([FieldProblem(pointer_of(name), "file_too_large", PageForms.one_too_large)])
        media_type = KINDS[FILES.kind_of(content, pointer_of(name))]
        put = await objects.put(await asyncio.to_thread(file_alone, content, pointer_of(name)), media_type)
        act = partial(commands.add_file, invitation=invitation, name=put, media_type=media_type)
        stored[name] = [str((await here.database.act(holder_of(invitation), act)).id)]
    return stored


def _after(here: Visit, before: Answer, saved: Answer, page: QuestionnairePage, *, goes_back: bool) -> Response:
    """Leads back to the page where a question has appeared on it, else on, or back."""
    seen = {each.id for each in asked_on(before, page)}
    if page in visible_pages(saved) and (new := [each.id for each in asked_on(saved, page) if each.id not in seen]):
        return here.goes_to(f"/pages/{page.id}?new={new[0]}#q-{new[0]}")
    pages = [each.id for each in saved.content.pages if each in visible_pages(saved) or each == page]
    place = pages.index(page.id) + (-1 if goes_back else 1)
    if place < 0:
        return here.goes_to("/consent")
    return here.goes_to(f"/pages/{pages[place]}" if place < len(pages) else "/review")


async def _consent(here: Visit, status: int = 200, fault: str | None = None) -> Response:
    answer = await here.answer()
    if answer.shows_another:
        # only what is noted as shown can be agreed to
        invitation = await here.invitation()
        act = partial(commands.show, cipher=here.cipher, invitation=invitation)
        answer = await here.database.act(holder_of(invitation), act)
    asks_sensitive = any(each.sensitive for each in answer.content.questions)
    return here.shows("consent.html", status, answer, fault=fault, asks_sensitive=asks_sensitive)


def _page(
    here: Visit,
    answer: Answer,
    page: QuestionnairePage,
    status: int = 200,
    *,
    typed: Fields | None = None,
    problems: tuple[FieldProblem, ...] = (),
    compared: bool = False,
) -> Response:
    pages = visible_pages(answer)
    texts = here.texts(answer)
    questions = shown_on(answer, page, texts, here.language, typed=typed, problems=problems, compared=compared)
    placed = {message for each in questions for message in each.faults}
    elsewhere = [each.message.in_language(here.language) for each in problems]
    return here.shows(
        "page.html",
        status,
        answer,
        page=page,
        questions=questions,
        faults=faults_of(questions),
        others=[each for each in elsewhere if each not in placed],
        compared=compared,
        number=pages.index(page) + 1 if page in pages else 1,
        of=len(pages),
        new=here.request.query_params.get("new"),
        has_files=any(each.type is QuestionType.FILE for each in page.questions),
    )


def _review(
    here: Visit,
    answer: Answer,
    status: int = 200,
    *,
    problems: tuple[FieldProblem, ...] = (),
    is_changed: bool = False,
) -> Response:
    messages = {each.pointer: each.message.in_language(here.language) for each in (*problems, *answer.judged.missing)}
    listed = [
        (
            each,
            [
                (question.id, said(question, answer.values, here.language), messages.get(pointer_of(question.id), ""))
                for question in asked_on(answer, each)
            ],
        )
        for each in visible_pages(answer)
    ]
    return here.shows("review.html", status, answer, listed=listed, is_changed=is_changed, is_refused=bool(problems))
