import unicodedata
from collections.abc import Callable, Iterator

import pytest
from code_points import code_points

from common.identity import comparable_name, comparable_names, names, one_width, plain_name, plain_number

AT_ONCE = 512
BETWEEN = ["", "张", " "]
"""What stands between two of the code points: a name of one script or another, or nothing."""

DOTS = ["·", "•", "‧", "∙", "⋅", "・", "･", "．", "﹒", "․", "。", "｡", "ᐧ", "ꞏ", "ㆍ", "·", "."]
APOSTROPHES = ["'", "’", "‘", "‛", "ʼ", "ʻ", "ʹ", "′", "＇", "`", "｀", "´", "՚", "ꞌ"]

RESERVED = (range(0x40000 + AT_ONCE, 0xE0000), range(0xE1000 + AT_ONCE, 0x110000))
"""Reserved and private places but the first of them: all alike, so they are tried alone, not between others."""


def texts(between: str) -> Iterator[str]:
    """The code points of Unicode, some in each text; of those reserved the first, if any stands between."""
    left_out = set[int]().union(*RESERVED) if between else set[int]()
    codes = [code for code in code_points() if code not in left_out]
    for start in range(0, len(codes), AT_ONCE):
        yield between.join(map(chr, codes[start : start + AT_ONCE]))


def broken(text: str, holds: Callable[[str], bool]) -> list[str]:
    """The single characters, if a text breaks a law; else nothing."""
    return [] if holds(text) else [hex(ord(each)) for each in text if not holds(f"a{each}a")] or [ascii(text)]


@pytest.mark.parametrize("between", BETWEEN)
def test_the_form_of_a_name_is_final_and_compares_equal_for_all_of_unicode(between: str) -> None:
    def holds(text: str) -> bool:
        stored, compared = plain_name(text), comparable_name(text)
        return plain_name(stored) == stored and comparable_name(stored) == compared == comparable_name(compared)

    assert [each for text in texts(between) for each in broken(text, holds)] == []


def test_the_form_of_a_number_is_final_for_all_of_unicode() -> None:
    def holds(text: str) -> bool:
        return plain_number(plain_number(text)) == plain_number(text)

    assert [each for text in texts("") for each in broken(text, holds)] == []


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        # the notice of twelve ministries: one dot in Chinese names, U+00B7, whatever key typed it
        *((f"阿里木{dot}买买提", "阿里木·买买提") for dot in DOTS),
        *((f"O{mark}Brien", "O'Brien") for mark in APOSTROPHES),
        ("艾力 . 玉素甫", "艾力·玉素甫"),
        ("Smith， John Jr．", "Smith, John Jr."),
        ("Ａｎｎ＿Ｌｅｅ", "Ann_Lee"),
        ("Müller‑Weiß", "Müller-Weiß"),
        ("ﾏﾘｱ･ｶﾞﾙｼｱ", "マリア·ガルシア"),
        ("\u202a张\u200b三\u202c\ufeff", "张三"),
        ("葛\U000e0100城", "葛城"),
        ("金\u3164哲", "金哲"),
        ("\u2ee2\u2f2d", "马山"),
        ("李\ue863", "李䶮"),
        ("\ue844", "䜣"),
        ("李〇", "李〇"),
        ("陈\U0002ebf0", "陈\U0002ebf0"),
        ("e\u034f\u0301", "é"),
    ],
)
def test_a_name_has_one_form(written: str, stored: str) -> None:
    assert plain_name(written) == stored
    assert comparable_name(written) == comparable_name(stored)


@pytest.mark.parametrize(
    ("one", "other"),
    [("J. R. Smith", "J·R·SMITH"), ("Weiß", "WEISS"), ("ﬁona", "Fiona"), ("John  Smith", "johnsmith"), ("ŉa", "'na")],
)
def test_spaces_case_width_and_full_stops_make_no_other_name(one: str, other: str) -> None:
    assert comparable_name(one) == comparable_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "张王"), ("O'Brien", "Obrien"), ("阿·里", "阿里"), ("李〇", "李○")]
)
def test_other_names_stay_others(one: str, other: str) -> None:
    assert comparable_name(one) != comparable_name(other)


def test_digits_of_every_script_are_digits() -> None:
    digits = [chr(code) for code in code_points() if unicodedata.category(chr(code)) == "Nd"]
    assert {len(plain_number(digit)) for digit in digits} == {1}
    assert [plain_number(digit) for digit in digits] == [str(unicodedata.decimal(digit)) for digit in digits]


def test_a_number_that_is_a_sign_is_no_digit() -> None:
    """As superscripts, fractions, numbers in circles and in brackets: 2024² is not the student number 20242."""
    signs = [chr(code) for code in code_points() if unicodedata.category(chr(code)) == "No"]
    assert [each for each in signs if plain_number(f"2{each}") != f"2{each}"] == []
    assert [one_width(f"１{each}Ａ") for each in signs] == [f"1{each}A" for each in signs]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("\u202d13800138000\u202c", "13800138000"),
        ("\ufeff2022009\u200b", "2022009"),
        ("２０２４－０１\u3000", "2024-01"),
        ("2024–01", "2024-01"),
        ("٢٠٢٤۰१", "202401"),
        ("11010119900307002Ｘ\ufe0f", "11010119900307002X"),
        (" 0012 ", "0012"),
    ],
)
def test_a_number_has_one_form(written: str, stored: str) -> None:
    assert plain_number(written) == stored


def earlier_stored(text: str) -> str:
    """A name as releases up to 0.1 compared it once stored, written down from their source."""
    marks = str.maketrans(dict.fromkeys("•・‧∙⋅．｡", "·"))
    plain = "".join(each for each in unicodedata.normalize("NFC", text) if unicodedata.category(each) != "Cf")
    plain = "".join(
        "·" if each in "•・‧∙⋅．｡" else chr(ord(each) - 0xFEE0) if "！" <= each <= "～" else each for each in plain
    )
    kept = (each for each in unicodedata.normalize("NFKC", plain) if unicodedata.category(each) != "Cf")
    return "".join("".join(kept).translate(marks).split()).casefold()


def test_a_row_of_an_earlier_release_is_found_by_the_name_that_it_was_given() -> None:
    missing = [ascii(text) for text in texts("a") if earlier_stored(text) not in comparable_names(text)]
    assert missing == []


@pytest.mark.parametrize(
    ("stored_then", "given_today"),
    [
        *(("艾力.玉素甫", f"艾力{dot}玉素甫") for dot in DOTS),
        *(("艾力•玉素甫", f"艾力{dot}玉素甫") for dot in DOTS),
        *(("O’Brien", f"O{mark}Brien") for mark in APOSTROPHES),
        ("李\ue863", "李䶮"),
        ("李䶮", "李\ue863"),
    ],
)
def test_a_row_of_an_earlier_release_is_found_by_another_spelling(stored_then: str, given_today: str) -> None:
    assert earlier_stored(stored_then) in comparable_names(given_today)


def test_an_ordinary_name_has_one_form_only() -> None:
    assert [len(comparable_names(each)) for each in ("张三", "John Smith", "欧阳娜娜")] == [1, 1, 1]
    assert names.comparable_names("张三") == ("张三",)


def test_a_usual_chinese_name_has_the_form_that_it_has_beside_other_letters() -> None:
    usual = "".join(map(chr, range(0x4E00, 0xA000)))
    for text in (usual[start : start + 16] for start in range(0, len(usual), 16)):
        # a Latin letter makes it unusual
        assert (f"a{plain_name(text)}", f"a{comparable_name(text)}") == (plain_name(f"a{text}"), f"a{text}")
        assert {f"a{each}" for each in comparable_names(text)} == set(comparable_names(f"a{text}"))
