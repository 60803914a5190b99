"""What stands in the cells at fault: encrypted apart from the problems, for it is what a record of a person holds."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from common.crypto import FieldCipher
from common.operations.outcome import RowProblem

CELL_VALUES = "cell_values"


def sealed_values(cipher: FieldCipher | None, operation: UUID, problems: Sequence[RowProblem]) -> bytes | None:
    """The values in the order of the problems, encrypted; None if there are none. CPU work, so run it in a thread."""
    values = [each.value for each in problems]
    if not any(values):
        return None
    if cipher is None:
        raise ValueError("values of cells need a cipher")
    return cipher.encrypt_blob(CELL_VALUES, operation, json.dumps(values, ensure_ascii=False).encode())


def with_values(
    cipher: FieldCipher, operation: UUID, problems: Sequence[Mapping[str, Any]], sealed: bytes
) -> list[dict[str, Any]]:
    """The stored problems, each with what stands in its cell; raises UndecryptableError. CPU work, too."""
    values = json.loads(cipher.decrypt_blob(CELL_VALUES, operation, sealed))
    return [{**each, "value": value} for each, value in zip(problems, values, strict=True)]
