"""A file under a key of its own."""

from uuid import uuid4

import pytest

from common.crypto import UndecryptableError
from common.crypto.files import new_file_key, seal_file, unseal_file

NAME, KEY = uuid4(), new_file_key()


def test_a_file_is_read_again_under_its_key_and_its_name_only() -> None:
    sealed = seal_file(KEY, NAME, b"content")
    assert unseal_file(KEY, NAME, sealed) == b"content"
    assert seal_file(KEY, NAME, b"content") != sealed
    for key, name, given in ((new_file_key(), NAME, sealed), (KEY, uuid4(), sealed), (KEY, NAME, sealed[1:])):
        with pytest.raises(UndecryptableError):
            unseal_file(key, name, given)
