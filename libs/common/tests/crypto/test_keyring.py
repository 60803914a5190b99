"""The key ring's file: what it must hold, and that it is never shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from common.crypto import FieldCipher, KeyRing, KeyRingError


def test_a_stored_ring_reads_back_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    ring = KeyRing.generate()
    ring.store(tmp_path / "ring.json")
    assert KeyRing.load(tmp_path / "ring.json") == ring
    assert (tmp_path / "ring.json").stat().st_mode & 0o077 == 0
    FieldCipher.load(tmp_path / "ring.json")


def test_representations_show_no_key() -> None:
    ring = KeyRing.generate()
    assert repr(ring) == "KeyRing(current='k1')"


@pytest.mark.parametrize(
    "change",
    [
        {"current": "k9"},
        {"fields": {"k1": "c2hvcnQ="}},
        {"fields": {}},
        {"index": "c2hvcnQ="},
        {"index": "not base64 !"},
        {"fingerprint": None},
        {"fields": "text"},
    ],
)
def test_a_ring_without_usable_keys_is_refused_without_being_quoted(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "ring.json"
    KeyRing.generate().store(path)
    content = {**json.loads(path.read_text()), **change}
    path.write_text(json.dumps(content))
    with pytest.raises(KeyRingError) as caught:
        KeyRing.load(path)
    assert str(content["fields"]) not in str(caught.value)


def test_one_key_cannot_serve_two_purposes() -> None:
    ring = KeyRing.generate()
    with pytest.raises(KeyRingError):
        KeyRing(ring.fields, ring.current, ring.index, ring.index)


def test_a_missing_file_and_a_missing_setting_are_told(tmp_path: Path) -> None:
    with pytest.raises(KeyRingError):
        KeyRing.load(tmp_path / "none.json")
    with pytest.raises(ValueError, match="QUXIANG_KEYRING_FILE"):
        FieldCipher.load(None)
