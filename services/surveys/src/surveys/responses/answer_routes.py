"""Answering over HTTP, with the token of a personal link in place of an account."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response, Security
from fastapi.security import APIKeyHeader

from common.http import Cipher, Db, IfMatch, LazyBody, Once, resource
from surveys.problems import LinkRefused
from surveys.questionnaires.documents import to_documents
from surveys.responses import answering
from surveys.responses.announcements import change_token
from surveys.responses.answering import Answer
from surveys.responses.domain import missing
from surveys.responses.forms import AnswerBody, PageValues

router = APIRouter(prefix="/v1/answer", tags=["answer"])

_header = APIKeyHeader(
    name="Authorization",
    scheme_name="survey",
    description="`Survey TOKEN`, the token being the fragment of a personal link.",
    auto_error=False,
)


async def token_of_link(header: Annotated[str | None, Security(_header)], database: Db) -> str:
    """The token of a link, which counts as used from here on; raises LinkRefused unless somebody has it."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "survey" or not token.isascii():
        raise LinkRefused
    await answering.use(database, token.strip())
    return token.strip()


LinkToken = Annotated[str, Depends(token_of_link)]
PageName = Annotated[str, Path(max_length=64)]


@router.get(
    "",
    response_model=AnswerBody,
    summary="The questionnaire and what was answered so far",
    responses={409: {"$ref": "#/components/responses/Problem409"}},
)
async def read_answer(*, token: LinkToken, database: Db, cipher: Cipher) -> Response:
    return _shown(await answering.read(database, cipher, token))


@router.put("/pages/{page_id}", response_model=AnswerBody, summary="Save the answers of one page")
async def save_page(
    *, token: LinkToken, database: Db, cipher: Cipher, page_id: PageName, if_match: IfMatch, body: LazyBody[PageValues]
) -> Response:
    return _shown(await answering.save_page(database, cipher, token, page_id, if_match, body))


@router.post("/submit", response_model=AnswerBody, summary="Submit; the link is used up")
async def submit_answer(*, token: LinkToken, database: Db, cipher: Cipher, if_match: IfMatch, once: Once) -> Response:
    async def shown_again(_: object) -> Response:
        return _shown(await answering.submitted_before(database, cipher, token))

    return await once.answer(answering.submit(database, cipher, token, if_match, once), show=_shown, again=shown_again)


def _shown(answer: Answer) -> Response:
    return resource(_body(answer), answer.response.version)


def _body(answer: Answer) -> dict[str, Any]:
    plan, document, token = answer.wave.plan, to_documents(answer.content), change_token(answer.response)
    name, name_en = answer.school_names
    return {
        "version": answer.response.version,
        "state": answer.response.state,
        "change_token": token and token.encode(),
        "school": {"code": plan.school_code, "name": name, "name_en": name_en},
        "wave": {
            "cohort": plan.cohort,
            "cycle": plan.cycle.value,
            "opens_at": plan.opens_at,
            "closes_at": plan.closes_at,
        },
        "questionnaire": {
            "id": plan.questionnaire_id,
            "version": plan.questionnaire_version,
            "title": document.title,
            "pages": document.pages,
        },
        "values": answer.values,
        "missing": [problem.pointer.removeprefix("/values/") for problem in missing(answer.content, answer.values)],
    }
