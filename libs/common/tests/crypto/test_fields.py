"""Field encryption: what it gives back, what it refuses, and what it never shows."""

import traceback
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.crypto import FieldCipher, KeyRing, UndecryptableError, hashed_secret

RING = KeyRing.generate()
ROTATED = KeyRing({**RING.fields, **KeyRing.generate("k2").fields}, "k2", RING.index, RING.fingerprint)
CIPHER = FieldCipher(RING)
RECORD = UUID("0198c0de-0000-4000-8000-000000000001")
CITIZEN = "410102200001011234"

fields = st.text(min_size=1, max_size=30)
records = st.uuids() | st.text(max_size=40)
values = st.text(max_size=200)


@given(field=fields, record=records, value=values)
def test_a_value_comes_back_as_it_was(field: str, record: UUID | str, value: str) -> None:
    assert CIPHER.decrypt(field, record, CIPHER.encrypt(field, record, value)) == value


@given(purpose=fields, record=records, content=st.binary(max_size=2000))
def test_a_file_comes_back_as_it_was(purpose: str, record: UUID | str, content: bytes) -> None:
    assert CIPHER.decrypt_blob(purpose, record, CIPHER.encrypt_blob(purpose, record, content)) == content


@given(value=st.text(alphabet="0123456789", min_size=6, max_size=40))
def test_no_ciphertext_holds_its_value(value: str) -> None:
    for ciphertext in (CIPHER.encrypt("phone", RECORD, value), CIPHER.encrypt_blob("upload", RECORD, value.encode())):
        assert value.encode() not in ciphertext


@given(data=st.data(), value=values)
def test_any_changed_byte_is_noticed(data: st.DataObject, value: str) -> None:
    ciphertext = bytearray(CIPHER.encrypt("name", RECORD, value))
    place = data.draw(st.integers(0, len(ciphertext) - 1))
    ciphertext[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UndecryptableError):
        CIPHER.decrypt("name", RECORD, bytes(ciphertext))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_ciphertext_are_refused(content: bytes) -> None:
    with pytest.raises(UndecryptableError):
        CIPHER.decrypt("name", RECORD, content)
    with pytest.raises(UndecryptableError):
        CIPHER.decrypt_blob("upload", RECORD, content)


def test_equal_values_of_two_records_look_different() -> None:
    assert CIPHER.encrypt("citizen_id", RECORD, CITIZEN) != CIPHER.encrypt("citizen_id", uuid4(), CITIZEN)


def test_the_same_field_of_the_same_record_looks_the_same() -> None:
    assert CIPHER.encrypt("citizen_id", RECORD, CITIZEN) == CIPHER.encrypt("citizen_id", RECORD, CITIZEN)


@pytest.mark.parametrize(("field", "record"), [("phone", RECORD), ("citizen_id", uuid4())])
def test_a_ciphertext_moved_elsewhere_does_not_decrypt(field: str, record: UUID | str) -> None:
    with pytest.raises(UndecryptableError):
        CIPHER.decrypt(field, record, CIPHER.encrypt("citizen_id", RECORD, CITIZEN))


def test_a_field_and_an_upload_are_not_taken_for_each_other() -> None:
    with pytest.raises(UndecryptableError):
        CIPHER.decrypt("x", RECORD, CIPHER.encrypt_blob("x", RECORD, b"content"))
    with pytest.raises(UndecryptableError):
        CIPHER.decrypt_blob("x", RECORD, CIPHER.encrypt("x", RECORD, "content"))


def test_the_same_upload_twice_looks_different() -> None:
    assert CIPHER.encrypt_blob("upload", RECORD, b"same") != CIPHER.encrypt_blob("upload", RECORD, b"same")


def test_the_header_names_format_algorithm_and_key() -> None:
    assert CIPHER.encrypt("name", RECORD, "张三").startswith(b"\x01\x01\x02k1")
    assert CIPHER.encrypt_blob("upload", RECORD, b"").startswith(b"\x01\x02\x02k1")


def test_after_rotation_old_values_read_and_new_ones_use_the_new_key() -> None:
    rotated = FieldCipher(ROTATED)
    old = CIPHER.encrypt("name", RECORD, "张三")
    new = rotated.encrypt("name", RECORD, "张三")
    assert rotated.decrypt("name", RECORD, old) == rotated.decrypt("name", RECORD, new) == "张三"
    with pytest.raises(UndecryptableError):
        CIPHER.decrypt("name", RECORD, new)


def test_after_re_encryption_the_old_key_can_be_destroyed() -> None:
    moved = FieldCipher(ROTATED).encrypt(
        "name", RECORD, CIPHER.decrypt("name", RECORD, CIPHER.encrypt("name", RECORD, "李四"))
    )
    only_new = KeyRing({"k2": ROTATED.fields["k2"]}, "k2", ROTATED.index, ROTATED.fingerprint)
    assert FieldCipher(only_new).decrypt("name", RECORD, moved) == "李四"


def test_an_error_quotes_neither_value_nor_ciphertext() -> None:
    ciphertext = CIPHER.encrypt("citizen_id", RECORD, CITIZEN)
    with pytest.raises(UndecryptableError) as caught:
        CIPHER.decrypt("citizen_id", uuid4(), ciphertext)
    told = "".join(traceback.format_exception(caught.value))
    assert CITIZEN not in told
    assert ciphertext.hex() not in told
    assert caught.value.__cause__ is None


@given(left=values, right=values)
def test_the_blind_index_is_equal_exactly_for_equal_values(left: str, right: str) -> None:
    first, second = CIPHER.blind_index("citizen_id", left), CIPHER.blind_index("citizen_id", right)
    assert (first == second) == (left == right)
    assert len(first) == 16


def test_many_values_have_the_indexes_and_payloads_the_fingerprints_that_each_has() -> None:
    values = ["", CITIZEN, None, "张三", CITIZEN]
    each = [value if value is None else CIPHER.blind_index("citizen_id", value) for value in values]
    assert CIPHER.blind_indexes("citizen_id", values) == each
    of_rest = CIPHER.fingerprints(b"rules")
    assert [of_rest(rest) for rest in (b"", b"1", b"1")] == [
        CIPHER.fingerprint(b"rules" + rest) for rest in (b"", b"1", b"1")
    ]


def test_the_blind_index_depends_on_field_and_key() -> None:
    index = CIPHER.blind_index("citizen_id", CITIZEN)
    assert index != CIPHER.blind_index("phone", CITIZEN)
    assert index != FieldCipher(KeyRing.generate()).blind_index("citizen_id", CITIZEN)


def test_the_blind_index_survives_rotation_of_field_keys() -> None:
    assert FieldCipher(ROTATED).blind_index("phone", "1") == CIPHER.blind_index("phone", "1")


def test_no_field_and_value_share_an_index_with_another_pair() -> None:
    assert CIPHER.blind_index("a", "bc") != CIPHER.blind_index("ab", "c")


def test_fingerprints_are_keyed() -> None:
    assert CIPHER.fingerprint(b"x") == CIPHER.fingerprint(b"x")
    assert CIPHER.fingerprint(b"x") != FieldCipher(KeyRing.generate()).fingerprint(b"x")


def test_secrets_are_hashed() -> None:
    assert hashed_secret("token") == hashed_secret("token") != hashed_secret("other")
