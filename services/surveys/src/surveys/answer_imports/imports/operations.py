"""Import of answers as long work: registry is asked whose rows these are, then they are judged and submitted."""

from collections.abc import Sequence
from functools import partial
from itertools import starmap
from uuid import UUID

from common import clock
from common.auth import EVERYTHING
from common.codes.rules import rule
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import NotFound, PermanentError
from common.identifiers import GraduateId, WaveId
from common.imports import Importer, ImportKind, SchoolTask, SeenKeys, Written, empty_result, run_import
from common.operations import Handler, OperationContext, Outcome
from common.registry_client import RegistryClient, RowKey
from common.spreadsheets import NumberedRow
from common.spreadsheets.headers import Header
from common.sql import Connection, uuid_of
from surveys.answer_imports.imports.columns import REMEMBERED, columns_of
from surveys.answer_imports.imports.load import Standing, standing_of
from surveys.answer_imports.imports.plan import Judging, Plan
from surveys.answer_imports.imports.rows import AnswerRow, RowReader
from surveys.answer_imports.imports.write import write
from surveys.answers.commands import Asked, asked_in, statement_of
from surveys.privacy.domain import StatementVersion
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.domain.logic import Logic
from surveys.waves import storage as waves
from surveys.waves.domain import Wave, WavePhase

KIND = "answer_import"
EMPTY_RESULT = empty_result("screened_out")
"""`screened_out` counts those of the created that a cap had no place for."""

ASKED_AT_ONCE = 2_500
"""Rows of one question to registry."""

CHUNK = 2_000


class WaveOver(PermanentError):
    """The wave has closed while the file waited."""

    code = "wave_over"

    def __init__(self) -> None:
        super().__init__(detail=rule("wave_over").text)


def importing(registry: RegistryClient, cipher: FieldCipher) -> Handler:
    """The handler: the columns are those of the questionnaire that the wave asks."""

    async def handle(context: OperationContext) -> Outcome:
        async with context.database.reading() as connection:
            wave = await waves.find(connection, EVERYTHING, WaveId(UUID(context.parameters["wave_id"])))
            if wave is None:
                raise NotFound
            content = (await asked_in(connection, wave)).content
        begin = partial(AnswerImport, registry, cipher, wave, content)
        return await run_import(ImportKind(KIND, columns_of(content), begin, EMPTY_RESULT, CHUNK), context)

    return handle


class AnswerImport(Importer[AnswerRow, Standing, Plan]):
    """One run over one file."""

    fetches = True

    def __init__(
        self,
        registry: RegistryClient,
        cipher: FieldCipher,
        wave: Wave,
        content: PublishedVersion,
        context: OperationContext,
        header: Header,
    ) -> None:
        assert wave.cohort, "files are taken by waves of graduates"
        self._registry, self._cipher, self._wave, self._cohort = registry, cipher, wave, wave.cohort
        self._operation_id = context.id
        self._task = SchoolTask.of(context.parameters)
        self._statement_version = int(context.parameters["statement_version"])
        self._reader = RowReader(header, content, wave.school_code, wave.cohort)
        self._logic = content, Logic(content, remembered=REMEMBERED)
        self._named: dict[int, GraduateId | str] = {}
        self._seen = SeenKeys()
        self._asked: Asked | None = None
        self._statement: StatementVersion | None = None

    async def fetch(self, rows: Sequence[NumberedRow]) -> None:
        """Asks registry whom the rows mean that name a person by number."""
        if not self._task.in_one_transaction:
            self._named.clear()
        if not self._reader.names_by_number:
            return
        named = (row for row in starmap(self._reader.named, rows) if row.student_number is not None)
        keys = [
            RowKey(row=row.number, student_number=row.student_number, exam_number=None, name=row.name) for row in named
        ]
        for start in range(0, len(keys), ASKED_AT_ONCE):
            asked = keys[start : start + ASKED_AT_ONCE]
            self._named |= {each["row"]: "not_found" for each in asked}
            for answer in await self._registry.resolved(self._wave.school_code, self._cohort, asked):
                problem = answer.get("problem")
                self._named[answer["row"]] = problem or GraduateId(uuid_of(answer["graduate_id"]))

    async def lock(self, unit: UnitOfWork) -> None:
        """Holds the wave, as every act on its answers does; raises WaveOver."""
        wave = await waves.current(unit.connection, self._wave.id, hold=True)
        if wave.phase is not WavePhase.OPEN:
            raise WaveOver
        self._asked = await asked_in(unit.connection, wave)
        self._statement = await statement_of(unit.connection, wave, self._statement_version, "/statement_version")

    def read(self, rows: Sequence[NumberedRow]) -> list[AnswerRow]:
        """What the rows say, each by itself."""
        return [*starmap(self._reader.read, rows)]

    async def load(self, connection: Connection, rows: Sequence[AnswerRow]) -> Standing:
        """What is stored about the rows' graduates."""
        whom = (row.graduate_id or self._named.get(row.number) for row in rows)
        ids = list(dict.fromkeys(each for each in whom if each is not None and not isinstance(each, str)))
        return await standing_of(connection, self._cipher, self._wave.id, ids)

    def plan(self, rows: Sequence[AnswerRow], loaded: Standing) -> Plan:
        """What the rows answer."""
        assert self._asked is not None, "a wave is held first"
        content, logic = self._logic
        if content is not self._asked.content:
            # the units of the school have changed
            self._logic = self._asked.content, (logic := Logic(self._asked.content, remembered=REMEMBERED))
        judging = Judging(self._asked, logic, clock.today(), self._reader.answers)
        return judging.plan(rows, self._named, loaded, self._seen)

    async def write(self, unit: UnitOfWork, plan: Plan) -> Written:
        """Submits what is planned; in a dry run it is only counted."""
        if self._task.dry_run:
            return Written(plan.counts)
        assert self._asked is not None, "a wave is held first"
        assert self._statement is not None, "a wave is held first"
        screened, token = await write(
            unit,
            cipher=self._cipher,
            asked=self._asked,
            statement=self._statement,
            operation_id=self._operation_id,
            entered=plan.entered,
        )
        return Written({**plan.counts, "screened_out": screened}, token)
