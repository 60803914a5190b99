"""One request of a browser: whose link it has open, in which language, and how it is answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from common.crypto import FieldCipher
from common.database import Database
from common.errors import QuxiangError
from common.http import Cipher, Db
from common.http.language import LANGUAGES, preferred_language
from common.http.problems import status_of
from surveys.answer_page.wire.forms import Form, form_of
from surveys.answer_page.wire.pages import page
from surveys.answer_page.wire.sessions import COOKIE, LIVES, cookie_of, digest_in
from surveys.answers import commands
from surveys.answers.commands import Answer, Holder
from surveys.invitations.domain import LinkRefused
from surveys.questionnaires.domain.content import Question, QuestionnairePage
from surveys.questionnaires.domain.logic import logic_of, pointer_of
from surveys.questionnaires.domain.questions import kind_of
from surveys.responses.domain import ResponseState

LANGUAGE = "answer_language"
"""The cookie of who has chosen a language."""


@dataclass(frozen=True)
class Visit:
    """A request, and what is needed to answer it with a page."""

    request: Request
    database: Database
    cipher: FieldCipher
    language: str

    @property
    def root(self) -> str:
        """What stands before the paths of this service."""
        return str(self.request.scope.get("root_path", "")).rstrip("/")

    @property
    def digest(self) -> bytes | None:
        """That of the link that is open in this browser."""
        cookie = self.request.cookies.get(COOKIE)
        return None if cookie is None else digest_in(self.cipher, cookie)

    async def invitation(self) -> Holder:
        """The invitation of the link; raises LinkRefused."""
        if self.digest is None:
            raise LinkRefused
        return await commands.follow(self.database, self.digest)

    async def answer(self) -> Answer:
        """The answer that may still be given; raises LinkRefused or WaveNotOpen."""
        invitation = await self.invitation()
        async with self.database.reading() as connection:
            return await commands.read(connection, self.cipher, invitation)

    async def found(self) -> Answer:
        """The answer, even if it is used up or withdrawn; raises LinkRefused or WaveNotOpen."""
        invitation = await self.invitation()
        async with self.database.reading() as connection:
            return await commands.find(connection, self.cipher, invitation)

    async def form(self) -> Form:
        """The form that was sent; raises what `form_of` raises."""
        form: Form = await form_of(self.request)
        self.request.state.form = form
        return form

    def texts(self, answer: Answer) -> Mapping[str, str]:
        """Words of the questionnaire, with what was answered put in."""
        return logic_of(answer.content).texts(answer.judged, self.language)

    def shows(self, template: str, status: int = 200, answer: Answer | None = None, **context: Any) -> Response:
        """A page; with an answer its texts are at hand."""
        response = page(
            template,
            self.language,
            status,
            root=self.root,
            path=self.request.url.path,
            answer=answer,
            texts={} if answer is None else self.texts(answer),
            school=None if answer is None else _school_of(answer, self.language),
            **context,
        )
        if self.request.query_params.get("language") in LANGUAGES:
            response.set_cookie(LANGUAGE, self.language, path=f"{self.root}/a", httponly=True, samesite="lax")
        return response

    def goes_to(self, place: str) -> Response:
        """Leads to another page, which is read anew."""
        return RedirectResponse(f"{self.root}/a{place}", 303)

    def remembers(self, response: Response, digest: bytes) -> Response:
        """Keeps a link open in this browser, by the digest of its token."""
        response.set_cookie(
            COOKIE,
            cookie_of(self.cipher, digest),
            max_age=int(LIVES.total_seconds()),
            path=f"{self.root}/a",
            secure=str(self.request.app.state.public_url).startswith("https://"),
            httponly=True,
            samesite="strict",
        )
        return response

    def onward(self, answer: Answer) -> Response:
        """Leads to where the answer is to be gone on with."""
        return self.goes_to(place_of(answer))


class Visits:
    """The dependency behind `Here`."""

    takes_any_query = True

    async def __call__(self, request: Request, database: Db, cipher: Cipher) -> Visit:
        """The visit, in the language that was chosen now, before, or in the browser's settings."""
        chosen = (request.query_params.get("language"), request.cookies.get(LANGUAGE))
        language = next((each for each in chosen if each in LANGUAGES), None)
        return Visit(request, database, cipher, language or preferred_language(request.headers.get("accept-language")))


Here = Annotated[Visit, Depends(Visits())]
"""`here: Here` in a route's signature."""


def as_page(answered: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """A route whose refusals are pages, with all that was typed in them."""

    @wraps(answered)
    async def answers(*, here: Visit, **given: Any) -> Response:
        try:
            return await answered(here=here, **given)
        except LinkRefused as refused:
            return await ended(here) or failed(here, refused)
        except QuxiangError as refused:
            return failed(here, refused)

    return answers


async def ended(here: Visit) -> Response | None:
    """What became of an answer that is used up, where the back button asks for it, or a form comes too late.

    None for any other link.
    """
    try:
        found = await here.found()
    except QuxiangError:
        return None
    if not is_over(found):
        return None
    if here.request.method == "GET":
        return here.goes_to("/done")
    return here.shows("done.html", status_of(LinkRefused), answer=found, editable=None)


def is_over(answer: Answer) -> bool:
    """Whether the answer cannot be gone on with."""
    return answer.response.state is not ResponseState.OPEN or answer.wave.is_over


def failed(here: Visit, refused: QuxiangError) -> Response:
    """Why nothing came of it; what was typed is sent once more from there."""
    form: Form | None = getattr(here.request.state, "form", None)
    typed = [] if form is None else [(name, each) for name, given in form.fields.items() for each in given]
    response = here.shows(
        "failed.html",
        status_of(type(refused)),
        title=refused.title.in_language(here.language),
        detail=refused.detail.in_language(here.language),
        problems=[each.message.in_language(here.language) for each in refused.problems],
        code=refused.code,
        typed=typed,
        is_post=here.request.method == "POST",
        has_files=form is not None and bool(form.files),
    )
    if retry_after := getattr(refused, "retry_after", None):
        response.headers["Retry-After"] = str(max(1, round(retry_after)))
    return response


def place_of(answer: Answer) -> str:
    """Where an answer is to be gone on with: its first page with something to do, or the last look at all of them."""
    if answer.response.state is not ResponseState.OPEN:
        return "/done"
    if answer.receipt is None:
        return "/consent"
    missing = {problem.pointer for problem in answer.judged.missing}
    for each in visible_pages(answer):
        asked = [each.id for each in asked_on(answer, each)]
        has_begun = any(name in answer.values for name in asked)
        if asked and (not has_begun or any(pointer_of(name) in missing for name in asked)):
            return f"/pages/{each.id}"
    return "/review"


def visible_pages(answer: Answer) -> list[QuestionnairePage]:
    """The pages that are shown, in their order."""
    visible = set(answer.judged.pages)
    return [each for each in answer.content.pages if each.id in visible]


def asked_on(answer: Answer, of: QuestionnairePage) -> list[Question]:
    """The visible questions of a page that a person answers."""
    visible = set(answer.judged.questions)
    return [each for each in of.questions if each.id in visible and kind_of(each).asks]


def _school_of(answer: Answer, language: str) -> str:
    names = answer.school
    return (names.name if language == "zh" else names.name_en or names.name) or answer.wave.school_code
