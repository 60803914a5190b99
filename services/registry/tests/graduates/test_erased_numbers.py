"""Hashes of the numbers of erased people, recomputed here as RFC 5869 and RFC 2104 have them."""

import hmac
from uuid import UUID

from common.crypto import DataCipher, FieldCipher, KeyRing
from common.identifiers import Cohort, SchoolCode
from registry.graduates.storage.erased_numbers import number_hashes

KEY = bytes(range(32))
SCHOOL, COHORT = SchoolCode("10001"), Cohort(2026)
ENTRY = {"student_number": "2022 001", "exam_number": None, "citizen_id": "11010119900307002X", "name": "张三"}


def hash_of(text: str) -> bytes:
    extracted = hmac.digest(bytes(32), KEY, "sha256")
    derived = hmac.digest(extracted, b"quxiang erased number\x01", "sha256")
    return hmac.digest(derived, text.encode(), "sha256")


def test_each_number_has_a_hash_of_its_own_field_school_and_cohort() -> None:
    data = DataCipher(UUID(int=1), KEY)
    expected = [hash_of("student_number|10001|2026|2022 001"), hash_of("citizen_id|10001|2026|11010119900307002X")]
    assert number_hashes(data, SCHOOL, COHORT, ENTRY) == expected
    same_digits = {"student_number": "1", "exam_number": "1", "citizen_id": "1"}
    hashes = [
        each
        for school, cohort in ((SCHOOL, COHORT), (SchoolCode("10002"), COHORT), (SCHOOL, Cohort(2027)))
        for each in number_hashes(data, school, cohort, same_digits)
    ]
    assert len(set(hashes)) == 9


def test_neither_a_new_ring_nor_its_index_key_changes_them() -> None:
    before = KeyRing.generate("k1")
    key_id, wrapped = FieldCipher(before).new_data_key()
    fresh = KeyRing.generate("k2")
    both = KeyRing({**before.fields, **fresh.fields}, "k2", fresh.index, fresh.fingerprint)
    anew = FieldCipher(both).rewrapped(key_id, wrapped)
    hashes = [
        number_hashes(cipher.data_cipher(key_id, each), SCHOOL, COHORT, ENTRY)
        for cipher, each in ((FieldCipher(before), wrapped), (FieldCipher(both), anew))
    ]
    assert hashes[0] == hashes[1]
