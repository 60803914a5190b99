"""What a process of a service works with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.crypto import FieldCipher
from common.database import Database
from common.objects import Objects


@dataclass(frozen=True)
class Runtime:
    """What a process of the service works with. `clients` are those of `Composition.clients`, by name."""

    settings: Any
    database: Database
    keys: FieldCipher | None = None
    clients: Mapping[str, Any] = field(default_factory=dict)
    files: Objects | None = None

    @property
    def objects(self) -> Objects:
        """The stored files, of a service that has the table of them."""
        assert self.files is not None, "the service is composed without stored files"
        return self.files

    @property
    def cipher(self) -> FieldCipher:
        """The cipher over the key ring, of a service that has one."""
        assert self.keys is not None, "the service is composed without a key ring"
        return self.keys
