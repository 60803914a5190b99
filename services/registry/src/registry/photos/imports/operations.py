"""Import of photos as long work: `skip` stores part by part, `reject` all of them at the end."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.codes.rules import rule
from common.crypto import FieldCipher
from common.errors import Invalid
from common.identifiers import CollegeCode, GraduateId
from common.imports import Task
from common.objects import Objects
from common.operations import OperationContext, Outcome, RowProblem
from common.operations.outcome import State, added_up, refused
from common.operations.storage import WHOLE
from registry.photo_checks.process import looking
from registry.photo_checks.rules import Check, broken_errors
from registry.photos import commands, storage
from registry.photos.commands import MEDIA_TYPE, NewPhoto
from registry.photos.imports.load import holders_of
from registry.photos.imports.plan import Fault, PhotoPlan, counted, planned
from registry.photos.imports.rows import Member, PhotoArchive

KIND = "photo_import"

EMPTY_RESULT: Mapping[str, Any] = {
    **dict.fromkeys(("created", "updated", "unchanged", "rejected", "accepted", "to_review"), 0),
    "warnings": {},
}
"""The first four add up to the members of the ZIP file, the next two to the first two; `warnings` counts by rule."""

PART = 50
ERASED = "erased_person"
_FAULTS, _WARNED = "faults", "warned"


async def run_photo_import(objects: Objects, cipher: FieldCipher, context: OperationContext) -> Outcome:
    """Runs the import to its end; what an earlier attempt has stored is not looked at again."""
    content = b"".join([part async for part in context.upload()])
    try:
        archive = await asyncio.to_thread(PhotoArchive, content)
    except Invalid as refusal:
        return refused(refusal, EMPTY_RESULT)
    return await _Run(objects, cipher, context, archive).outcome()


@dataclass
class _Judged:
    """What came of some members: the checks of those to store, their files, how many are stored already, faults.

    `erased` are the places of those that mean an erased person.
    """

    checks: dict[GraduateId, Sequence[Check]] = field(default_factory=dict)
    new: dict[GraduateId, NewPhoto] = field(default_factory=dict)
    unchanged: int = 0
    faults: list[Fault] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)

    def add(self, other: "_Judged") -> None:
        self.checks |= other.checks
        self.new |= other.new
        self.unchanged += other.unchanged
        self.faults += other.faults
        self.erased += other.erased

    @property
    def warnings(self) -> Mapping[str, int]:
        """How many members are warned of, by rule."""
        return {ERASED: len(self.erased)} if self.erased else {}

    def counted(self, stored: Collection[GraduateId]) -> dict[str, Any]:
        """What the members come to, by the names of the result; `stored` are graduates who had a photo before."""
        return {**counted(self.checks, stored, self.unchanged, self.faults), "warnings": self.warnings}


class _Run:
    def __init__(self, objects: Objects, cipher: FieldCipher, context: OperationContext, archive: PhotoArchive) -> None:
        self._objects, self._cipher, self._context, self._archive = objects, cipher, context, archive
        self._task = Task.of(context.parameters)
        self._college_code: CollegeCode | None = context.parameters["college_code"]
        self._seen: set[GraduateId] = set()
        self._found = _Judged()
        self._parts: list[Mapping[str, Any]] = []

    async def outcome(self) -> Outcome:
        """Judges and stores the members, part by part."""
        earlier = await self._context.done_chunks()
        if WHOLE in earlier:
            return Outcome(added_up(EMPTY_RESULT, earlier.values()))
        members = self._archive.members
        for number, at in enumerate(range(0, len(members), PART)):
            if await self._context.is_cancelled():
                return self._ended("cancelled")
            plan = await self._planned(members[at : at + PART])
            if number in earlier:
                self._parts.append(earlier[number])
                self._found.faults += [Fault(row, rule_id) for row, rule_id in earlier[number][_FAULTS]]
                # a part of the release before has none
                self._found.erased += earlier[number].get(_WARNED, ())
            else:
                await self._work(plan, number)
            await self._context.progress(min(at + PART, len(members)), len(members))
        return await self._at_the_end()

    async def _work(self, plan: PhotoPlan, number: int) -> None:
        judged = await self._judged(plan)
        self._found.add(judged)
        if not self._task.in_one_transaction:
            await self._store(judged, number)

    async def _at_the_end(self) -> Outcome:
        found = self._found
        if found.faults and not self._task.skip_faulty:
            rejected = len({each.row for each in found.faults})
            self._parts = [{"rejected": rejected, "warnings": found.warnings}]
            return self._ended("failed")
        if self._task.dry_run:
            async with self._context.database.reading() as connection:
                stored = await storage.files_of(connection, found.checks)
            self._parts.append(found.counted(stored))
        elif self._task.in_one_transaction and not await self._store(found, WHOLE):
            return self._ended("cancelled")
        return self._ended("succeeded")

    async def _planned(self, members: Sequence[Member]) -> PhotoPlan:
        numbers = [each.number for each in members if each.fault is None]
        async with self._context.database.reading() as connection:
            holders = await holders_of(connection, self._cipher, self._task.school_code, self._task.cohort, numbers)
        return planned(members, holders, self._college_code, self._seen)

    async def _judged(self, plan: PhotoPlan) -> _Judged:
        """Looks at the photos that are not stored already."""
        erased = [member.row for member in plan.erased]
        judged = _Judged(faults=plan.faults, unchanged=len(erased), erased=erased)
        async with self._context.database.reading() as connection:
            stored = await storage.files_of(connection, plan.meant)
            profile = await storage.profile_of(connection, self._task.school_code)
        async with looking(profile) as looker:
            for graduate_id, member in plan.meant.items():
                content = await asyncio.to_thread(self._archive.content, member)
                fingerprint = self._cipher.fingerprint(content)
                if graduate_id in stored and stored[graduate_id].fingerprint == fingerprint:
                    judged.unchanged += 1
                    continue
                checks, kept = await looker.look(content)
                if broken := broken_errors(checks):
                    judged.faults += [Fault(member.row, each) for each in broken]
                    continue
                judged.checks[graduate_id] = checks
                if not self._task.dry_run:
                    name = await self._objects.put(kept, MEDIA_TYPE)
                    judged.new[graduate_id] = NewPhoto(name, checks, fingerprint)
        return judged

    async def _store(self, judged: _Judged, number: int) -> bool:
        """Stores photos in one act; False if the operation was cancelled before."""
        async with self._context.database.transaction(self._context.actor) as unit:
            stored = await commands.put_all(unit, self._context.id, self._task.school_code, judged.new)
            part = judged.counted(stored)
            if number == WHOLE and not await self._context.close_to_cancelling(unit):
                return False
            faults = [[each.row, each.rule] for each in judged.faults]
            await self._context.chunk_done(unit, number, {**part, _FAULTS: faults, _WARNED: judged.erased})
            await unit.commit()
        self._parts.append(part)
        return True

    def _ended(self, state: State) -> Outcome:
        erased = [RowProblem(row, None, ERASED, None, rule(ERASED).text) for row in sorted(self._found.erased)]
        return Outcome(added_up(EMPTY_RESULT, self._parts), self._problems(), state=state, warnings=erased)

    def _problems(self) -> list[RowProblem]:
        faults = sorted(self._found.faults, key=lambda each: each.row)
        return [RowProblem(each.row, None, each.rule, None, rule(each.rule).text) for each in faults]
