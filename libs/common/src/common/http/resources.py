"""What the application keeps for its routes, as FastAPI dependencies."""

from typing import Annotated

from fastapi import Depends, Request

from common.crypto import FieldCipher
from common.database import Database


async def database_of(request: Request) -> Database:
    """The database given to `create_app`."""
    database: Database | None = request.app.state.database
    assert database is not None, "create_app was given no database"
    return database


async def cipher_of(request: Request) -> FieldCipher:
    """The cipher given to `create_app`."""
    cipher: FieldCipher | None = request.app.state.cipher
    assert cipher is not None, "create_app was given no cipher"
    return cipher


Db = Annotated[Database, Depends(database_of)]
Cipher = Annotated[FieldCipher, Depends(cipher_of)]
