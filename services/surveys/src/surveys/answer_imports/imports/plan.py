"""What becomes of the rows of a chunk: judged as any submission is. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from common.identifiers import GraduateId
from common.imports import REPEATED, Fault, SeenKeys
from surveys.answer_imports.imports.load import Known, Standing
from surveys.answer_imports.imports.readings import AnswerReader
from surveys.answer_imports.imports.rows import AnswerRow
from surveys.answers.commands import Asked
from surveys.answers.domain import facts_about
from surveys.invitations.domain import ANSWERABLE
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.logic import Judged, Logic, pointer_of

_RULES = {"ambiguous": "ambiguous", "name_mismatch": "name_mismatch"}
"""Registry's problems as rules; any other is `unknown_graduate`."""


@dataclass(frozen=True)
class Entered:
    """An answer that is to be submitted."""

    row: AnswerRow
    graduate_id: GraduateId
    known: Known
    facts: Facts
    judged: Judged


@dataclass
class Plan:
    """What is submitted, and how many rows say what counts already."""

    entered: list[Entered] = field(default_factory=list)
    unchanged: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts of the result."""
        return {"created": len(self.entered), "unchanged": self.unchanged}


@dataclass(frozen=True)
class Judging:
    """What all rows of a file are judged by: the wave with its questionnaire and the logic of it, and the day."""

    asked: Asked
    logic: Logic
    day: date
    reader: AnswerReader

    def plan(
        self, rows: Sequence[AnswerRow], named: Mapping[int, GraduateId | str], standing: Standing, seen: SeenKeys
    ) -> Plan:
        """Adds to the faults and warnings of the rows; what is faulty is left out."""
        plan = Plan()
        for row in rows:
            whom = row.graduate_id or named.get(row.number)
            known = self._known(row, whom, standing, seen)
            if known is None or isinstance(whom, str | None):
                continue
            facts = facts_about(self.asked.wave, known.situation, self.day, sensitive=row.sensitive)
            judged = self.logic.judge(row.values, facts)
            row.faults += self._faults(row, judged)
            if row.faults:
                continue
            self._warn(row, judged)
            if known.effective is not None and known.effective == judged.kept:
                plan.unchanged += 1
            elif known.state is not None and known.state not in ANSWERABLE:
                row.faults.append(Fault(row.key_column, "already_answered"))
            else:
                plan.entered.append(Entered(row, whom, known, facts, judged))
        return plan

    def _known(self, row: AnswerRow, whom: GraduateId | str | None, standing: Standing, seen: SeenKeys) -> Known | None:
        if isinstance(whom, str | None):
            if not row.faults or whom is not None:
                rule = _RULES.get(whom or "", "unknown_graduate")
                row.faults.append(Fault("name" if rule == "name_mismatch" else row.key_column, rule))
            return None
        if seen.take("graduate", whom, row.number):
            row.faults.append(Fault(row.key_column, REPEATED))
            return None
        known = standing.get(whom)
        if known is None or known.erased:
            row.faults.append(Fault(row.key_column, "not_asked"))
            return None
        return known

    def _faults(self, row: AnswerRow, judged: Judged) -> list[Fault]:
        found = (*judged.problems, *judged.missing)
        if not found:
            return []
        names = {pointer_of(name): name for name in row.values}
        placed = ((names.get(each.pointer, each.pointer.removeprefix("/values/")), each.rule) for each in found)
        return [Fault(self.reader.column_of(name), rule) for name, rule in placed]

    def _warn(self, row: AnswerRow, judged: Judged) -> None:
        hidden = (name for name in row.values if name not in judged.kept)
        row.warnings += [Fault(self.reader.column_of(name), "hidden_value") for name in hidden]
