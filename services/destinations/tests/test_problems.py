"""Every refusal of our own leads to a page that explains it."""

from typing import Any

import pytest

from common.errors import QuxiangError
from destinations.evidence.domain import AlreadyDecided, EvidenceKindRefused, State, TooManyPieces
from destinations.registrations.domain.lifecycle import Action, Stage
from destinations.registrations.domain.refusals import (
    ActNotPossible,
    AlreadyRegistered,
    CohortClosed,
    ErasedPerson,
    GraduateWithdrawn,
    LateReasonRequired,
    OwnRecord,
    SamePerson,
    UnknownGraduate,
)
from destinations.registry_client import RegistryUnavailable

REFUSALS = [
    UnknownGraduate(),
    AlreadyRegistered(Stage.DRAFT, ()),
    ActNotPossible(Action.VOID, Stage.DRAFT, ()),
    SamePerson(Stage.SUBMITTED, ()),
    OwnRecord(Stage.SUBMITTED, ()),
    CohortClosed(Stage.DRAFT, ()),
    LateReasonRequired(),
    GraduateWithdrawn(),
    ErasedPerson(),
    RegistryUnavailable(),
    EvidenceKindRefused("10"),
    TooManyPieces(),
    AlreadyDecided(State.ACCEPTED),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
async def test_a_refusal_is_explained(http: Any, refusal: QuxiangError) -> None:
    page = await http.get(f"/problems/{refusal.code}")
    assert page.status_code == 200
    assert refusal.title.zh in page.text
