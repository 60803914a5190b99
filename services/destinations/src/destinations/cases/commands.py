"""Acts on cases: each locks the streams of the linked graduates, then the case."""

from collections.abc import Sequence

from common.crypto import FieldCipher
from common.database import UnitOfWork
from destinations.cases import storage
from destinations.cases.domain import CaseId, Opening


async def open_case(unit: UnitOfWork, opening: Opening, cipher: FieldCipher | None = None) -> CaseId | None:
    """Opens a case within the act that finds its reason; None where one stands already, or was found of the same facts.

    The streams of the graduates of its registrations must be locked. A note needs the cipher.
    """
    opened = await storage.open_one(unit.connection, cipher, opening)
    if opened is not None:
        await audit_opened(unit, opening.school_code, [opened])
    return opened


async def audit_opened(unit: UnitOfWork, school_code: str, opened: Sequence[CaseId]) -> None:
    """Notes of cases of one school that they were opened."""
    if opened:
        await unit.audit_all("case.open", "case", [f"{each}" for each in opened], school_code=school_code)
