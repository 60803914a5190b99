import unicodedata

import pytest
from code_points import code_points

from common.identity import is_letter_or_digit, is_newer_letter, visible
from common.identity.characters import MARKS, ONE_FORM, STANDARD

# Unicode 14, DerivedCoreProperties.txt: Default_Ignorable_Code_Point that are not of category Cf
IGNORED_BESIDE_CF = [
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2065, 0x3164, 0xFFA0),
    *(*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), 0xE0000, *range(0xE0002, 0xE0020), *range(0xE0080, 0xE1000)),
]


def test_what_is_not_seen_is_dropped_and_nothing_else() -> None:
    characters = list(map(chr, code_points()))
    invisible = {each for each in characters if unicodedata.category(each) == "Cf"}
    invisible |= set(map(chr, IGNORED_BESIDE_CF))
    # Unicode 15 gave these places to controls of hieroglyphs
    invisible |= set(map(chr, range(0x13439, 0x13440)))
    assert {each for each in characters if not visible(each)} == invisible.intersection(characters)


@pytest.mark.parametrize(
    ("private_use", "standard"),
    [
        # GB 18030-2022, two-byte part, as published with the Encoding Standard
        *((0xE78D, 0xFE10), (0xE7C7, 0x1E3F), (0xE81E, 0x9FB4), (0xE826, 0x9FB5), (0xE82B, 0x9FB6), (0xE82C, 0x9FB7)),
        *((0xE832, 0x9FB8), (0xE843, 0x9FB9), (0xE854, 0x9FBA), (0xE864, 0x9FBB), (0xE863, 0x4DAE), (0xE81A, 0x3473)),
        # GB 18030-2005, four-byte part
        *((0xE816, 0x20087), (0xE817, 0x20089), (0xE818, 0x200CC), (0xE831, 0x215D7), (0xE83B, 0x2298F)),
        (0xE855, 0x241FE),
    ],
)
def test_private_use_of_the_national_standard_has_its_character(private_use: int, standard: int) -> None:
    assert STANDARD[private_use] == chr(standard)


def test_what_a_file_of_gb_18030_holds_is_never_private_use() -> None:
    pairs = [bytes([0xFE, trail]).decode("gb18030") for trail in (*range(0x50, 0x7F), *range(0x80, 0xA1))]
    assert {each for each in pairs if unicodedata.category(each) == "Co"} <= set(map(chr, STANDARD))
    assert not [each for each in pairs if unicodedata.category(each.translate(ONE_FORM)) == "Co"]


def test_no_mark_and_no_character_stands_for_itself_or_needs_a_second_step() -> None:
    assert {"·", "'", "-", "."} == set(MARKS.values())
    assert not [hex(code) for code, form in ONE_FORM.items() if form.translate(ONE_FORM) != form]


@pytest.mark.parametrize(
    "block",
    [
        pytest.param([0x3007, 0x3005, 0x303B], id="〇, marks of repetition"),
        pytest.param([0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFA0E], id="basic block, Extension A, compatibility"),
        pytest.param([0x20000, 0x2A6DF, 0x2B738, 0x2B81D, 0x2CEA1, 0x2EBE0], id="Extensions B to F"),
        pytest.param([0x2EBF0, 0x2EE5D], id="Extension I of Unicode 15.1"),
        pytest.param([0x30000, 0x3134A, 0x31350, 0x323AF], id="Extensions G and H"),
        pytest.param([0x323B0, 0x33479], id="Extension J of Unicode 17"),
        pytest.param([0x10D40, 0x11F04, 0x1E4D0, 0x105C0], id="scripts of Unicode 15 and 16"),
        pytest.param([0xE000, 0xF8FF, 0xF0000, 0x10FFFD], id="private use"),
        pytest.param([0x2FF0, 0x2FFB, 0x303E], id="description of a character without a code"),
    ],
)
def test_letters_are_known_whatever_the_interpreter_knows(block: list[int]) -> None:
    assert all(is_letter_or_digit(chr(code)) for code in block)


@pytest.mark.parametrize(
    "code", [0x20, 0x21, 0x25CF, 0x1F600, 0x1FAE9, 0x1CC00, 0x20C1, 0xFFFE, 0x2FFFF, 0xFDD0, 0xD800, 0x40000]
)
def test_symbols_and_places_without_a_character_are_no_letters(code: int) -> None:
    assert not is_letter_or_digit(chr(code))


def test_only_what_has_no_category_yet_is_newer() -> None:
    newer = filter(is_newer_letter, map(chr, code_points()))
    assert not [each for each in newer if unicodedata.category(each) != "Cn"]
