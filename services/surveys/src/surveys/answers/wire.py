"""Answers on the wire: what is asked, and what was answered so far."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import to_json

from common.errors import Message
from common.files import JPEG, MB, PDF, PNG, Files
from common.http import FileForm, StrictModel, rule_broken
from common.http.refusals import FileTooLarge
from surveys.answers.commands import Answer, Begun, Revealed
from surveys.answers.domain import prefilled
from surveys.invitations.domain import link
from surveys.privacy.domain import said_of
from surveys.privacy.wire import SaidBody
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.domain.logic import logic_of
from surveys.questionnaires.wire import PageBody, TextForm, Visible, shown_of
from surveys.responses.announcements import change_token
from surveys.responses.domain import Completeness, Mode, Response, ResponseState
from surveys.waves.domain import Anonymity, Audience, Unit

Values = Annotated[dict[str, Any], Field(max_length=1_000, description="Question → value; null: not answered")]


class PageValues(StrictModel):
    """Answers of one page: what is absent stays as it is, null clears."""

    values: Values


class Submission(StrictModel):
    """Answers that are saved with the submission, of any page."""

    values: Values = Field(default_factory=dict)


MUST_BE_AGREED = Message("须同意后才能作答", "Must be true: nothing is kept without consent")


def _agreed(given: bool) -> bool:
    # not a Literal, for which 1 is true
    if not given:
        raise rule_broken("not_allowed", MUST_BE_AGREED)
    return given


class ConsentForm(StrictModel):
    """Consent to the privacy statement that applies now."""

    statement_version: Annotated[int, Field(ge=1, le=2**31 - 1, description="The one that `GET /v1/answer` shows")]
    agreed: Annotated[bool, AfterValidator(_agreed), Field(description="Nothing is kept without: only true is taken")]
    sensitive: Annotated[bool, Field(description="Whether sensitive questions may be asked")]


class ConsentBody(SaidBody):
    """What is read before answering, and whether it was agreed to."""

    statement_version: int
    given: bool
    sensitive: bool


class AnswerFileForm(FileForm):
    """A file that a question of type `file` asks for."""

    files: ClassVar[Files] = Files((JPEG, PNG, PDF), at_most=5 * MB)
    too_large = FileTooLarge


class AnswerFileBody(BaseModel, from_attributes=True):
    """A file of an answer, which its values name as `{"file_id"}`."""

    id: UUID
    version: int
    change_token: None = None


class BegunBody(BaseModel):
    """An answer that was begun, with the token that opens it alone."""

    id: UUID
    version: int
    change_token: None = None
    number: int = Field(description="Among the answers of the link, from 1 on")
    token: str
    link: str = Field(description="The same in a browser")

    @classmethod
    def of(cls, begun: Begun, public_url: str) -> Self:
        """The answer with its link."""
        return cls(**vars(begun), link=link(public_url, begun.token))


class RevealedBody(BaseModel):
    """An answer with the person: what counts of it."""

    response_id: UUID
    version: int
    change_token: None = None
    graduate_id: UUID | None
    employer_id: UUID | None
    wave_id: UUID
    questionnaire_id: UUID
    questionnaire_version: int
    submitted_at: datetime
    completeness: Completeness | None
    mode: Mode | None
    values: dict[str, Any]

    @classmethod
    def of(cls, revealed: Revealed) -> Self:
        """The answer."""
        wave = revealed.wave
        asked = {"questionnaire_id": wave.questionnaire_id, "questionnaire_version": wave.questionnaire_version}
        place = {"response_id": revealed.response.id, "values": revealed.values}
        return cls.model_validate({**vars(revealed.response), **asked, **place})


class Trial(StrictModel):
    """Answers to try beside those that are saved."""

    values: Values = Field(default_factory=dict)
    language: Literal["zh", "en"] | None = Field(default=None, description="By Accept-Language where it is absent")


class AskedQuestionnaire(BaseModel):
    """The questionnaire version that is asked."""

    id: UUID
    version: int
    title: TextForm
    pages: list[PageBody]


@lru_cache(maxsize=64)
def asked(content: PublishedVersion) -> AskedQuestionnaire:
    """A published version as it is asked, made once for a process."""
    place = {"id": content.questionnaire_id, "version": content.number}
    return AskedQuestionnaire.model_validate({**place, "title": content.title, "pages": content.pages})


class AskedWave(BaseModel, from_attributes=True):
    """What the respondent needs to know of the wave."""

    audience: Audience
    unit: Unit | None
    cohort: int | None
    cycle: int | None
    year: int | None
    opens_at: datetime
    closes_at: datetime
    anonymity: Anonymity = Field(description="Whether anybody may see the answer with the person")


class AskingSchool(BaseModel):
    """Who asks; names are null until they are known."""

    code: str
    name: str | None
    name_en: str | None


class AnswerBody(BaseModel):
    """An answer while it is being given."""

    version: int
    state: ResponseState
    change_token: str | None = Field(description="Of the submission; null before it")
    school: AskingSchool
    wave: AskedWave
    consent: ConsentBody
    questionnaire: AskedQuestionnaire
    values: Values
    visible: Visible
    calculated: dict[str, bool | int | float | str | None]
    prefilled: dict[str, str] = Field(description="What the registration presets; an answer once the page is saved")
    texts: dict[str, str] = Field(description="Of what is visible, with what was answered put in, as the reader reads")
    missing: list[str] = Field(description="Visible required questions that are not answered yet")
    completeness: Completeness
    editable_until: datetime | None = Field(description="Of what was submitted: until then it may be opened again")

    @classmethod
    def of(cls, answer: Answer, language: str) -> Self:
        """The answer with everything that its holder is asked, in a language."""
        wave, content, judged = answer.wave, answer.content, answer.judged
        # nothing is announced of a ballot
        token = change_token(answer.response) if isinstance(answer.response, Response) else None
        texts = logic_of(content).texts(judged, language)
        return cls.model_validate(
            {
                "version": answer.version,
                "state": answer.response.state,
                "change_token": token and token.encode(),
                "school": {"code": wave.school_code, **answer.school._asdict()},
                "wave": wave,
                "consent": {
                    **vars(said_of(answer.statement)),
                    "statement_version": answer.statement.number,
                    "given": answer.receipt is not None,
                    "sensitive": answer.receipt is not None and answer.receipt.sensitive,
                },
                "questionnaire": asked(content),
                "values": answer.values,
                **shown_of(judged, texts),
                "prefilled": prefilled(content, judged, answer.situation, answer.values),
                "completeness": judged.completeness.value,
                "editable_until": answer.editable_until,
                "missing": [problem.pointer.removeprefix("/values/") for problem in judged.missing],
            }
        )


def written(answer: Answer, language: str) -> bytes:
    """The answer as JSON. The questionnaire, the greater part of it by far, was written before."""
    others = to_json(AnswerBody.of(answer, language), exclude={"questionnaire"})
    return b'%b,"questionnaire":%b}' % (others.removesuffix(b"}"), _asked_as_json(answer.content))


@lru_cache(maxsize=64)
def _asked_as_json(content: PublishedVersion) -> bytes:
    return to_json(asked(content))
