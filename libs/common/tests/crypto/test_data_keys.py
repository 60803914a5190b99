"""Documents under data keys: they open at their place only, and whatever key of the ring wraps the data key."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from common.crypto import DataCipher, FieldCipher, KeyRing, UndecryptableError, data_key_of
from common.crypto.data_keys import UnwrappedKeys

GRADUATE, OTHER = UUID(int=1), UUID(int=2)
CONTENT = "张三 13800138000".encode()


def new_data_key(cipher: FieldCipher) -> DataCipher:
    return cipher.data_cipher(*cipher.new_data_key())


@pytest.mark.parametrize(
    "opened",
    [
        lambda data, sealed: data.open("graduate", OTHER, 3, sealed),
        lambda data, sealed: data.open("graduate", GRADUATE, 4, sealed),
        lambda data, sealed: data.open("reason", GRADUATE, 3, sealed),
        lambda data, sealed: data.open("graduate", GRADUATE, 3, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        lambda data, sealed: data.open("graduate", GRADUATE, 3, sealed[:20]),
        lambda data, _: data.open("graduate", GRADUATE, 3, b""),
        lambda _, sealed: new_data_key(FieldCipher(KeyRing.generate())).open("graduate", GRADUATE, 3, sealed),
    ],
)
def test_a_document_opens_at_its_place_only(opened: Callable[[DataCipher, bytes], bytes]) -> None:
    data = new_data_key(FieldCipher(KeyRing.generate()))
    sealed = data.seal("graduate", GRADUATE, 3, CONTENT)
    assert data.open("graduate", GRADUATE, 3, sealed) == CONTENT
    with pytest.raises(UndecryptableError):
        opened(data, sealed)


def test_many_documents_open_each_at_its_own_place() -> None:
    data = new_data_key(FieldCipher(KeyRing.generate()))
    documents = [(GRADUATE, 3, CONTENT), (OTHER, 3, CONTENT), (OTHER, 4, b"")]
    sealed = data.seal_all("graduate", documents)
    assert [data.open("graduate", each[0], each[1], text) for each, text in zip(documents, sealed, strict=True)] == [
        content for *_, content in documents
    ]
    nonces = {text[19:31] for text in data.seal_all("graduate", documents * 100)}
    assert len(nonces) == 300


def test_equal_documents_look_different_and_name_their_key() -> None:
    data = new_data_key(FieldCipher(KeyRing.generate()))
    sealed = {data.seal("graduate", GRADUATE, 3, CONTENT) for _ in range(100)}
    assert len(sealed) == 100
    assert {data_key_of(each) for each in sealed} == {data.key_id}
    for broken in (b"", b"\x01\x02\x02k1" + bytes(30), next(iter(sealed))[:10]):
        with pytest.raises(UndecryptableError):
            data_key_of(broken)


def test_a_rewrapped_key_opens_what_it_sealed_once_the_old_key_is_gone() -> None:
    old = KeyRing.generate("k1")
    key_id, wrapped = FieldCipher(old).new_data_key()
    sealed = FieldCipher(old).data_cipher(key_id, wrapped).seal("graduate", GRADUATE, 1, CONTENT)
    both = replace(old, fields={**old.fields, **KeyRing.generate("k2").fields}, current="k2")
    anew = FieldCipher(both).rewrapped(key_id, wrapped)
    assert anew.startswith(FieldCipher(both).wrapped_by("k2"))
    only_new = FieldCipher(replace(both, fields={"k2": both.fields["k2"]}))
    assert only_new.data_cipher(key_id, anew).open("graduate", GRADUATE, 1, sealed) == CONTENT
    with pytest.raises(UndecryptableError):
        FieldCipher(only_new._ring).data_cipher(key_id, wrapped)
    with pytest.raises(UndecryptableError):
        FieldCipher(both).data_cipher(uuid4(), anew)


def test_a_key_is_unwrapped_once_and_not_kept_for_ever() -> None:
    kept = UnwrappedKeys(most=2)
    first, second, third = (DataCipher(UUID(int=number), bytes(32)) for number in range(3))
    for each in (first, second, third):
        assert kept.keep(each) is each
    assert [kept.get(each.key_id) for each in (first, second, third)] == [None, second, third]
    short = UnwrappedKeys(seconds=0)
    short.keep(first)
    assert short.get(first.key_id) is None
    cipher = FieldCipher(KeyRing.generate())
    key_id, wrapped = cipher.new_data_key()
    assert cipher.known_data_cipher(key_id) is None
    assert cipher.data_cipher(key_id, wrapped) is cipher.data_cipher(key_id, b"not looked at") is not None
