"""Countries and regions: the codes of ISO 3166-1, with the labels of CLDR but where one is ours."""

from importlib.resources import files

import pytest
from babel import Locale

from common.codes import CodeLists

COUNTRIES = CodeLists.of_release().get("country")


def test_every_code_of_the_standard_is_there_and_no_other() -> None:
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    assert set(COUNTRIES.codes()) == {line.split("\t")[0] for line in lines if line and not line.startswith("#")}
    assert len(COUNTRIES.codes()) == 249


def test_labels_are_those_of_cldr_and_the_others_are_not_verified() -> None:
    chinese, english = Locale("zh").territories, Locale("en").territories
    ours = {
        each.code for each in COUNTRIES if (each.label_zh, each.label_en) != (chinese[each.code], english[each.code])
    }
    assert ours == {each.code for each in COUNTRIES if not each.verified} == {"TW"}


@pytest.mark.parametrize(
    ("said", "code"),
    [("英国", "GB"), ("United Kingdom", "GB"), ("中国香港", "HK"), ("台湾", "TW"), ("KR", "KR"), ("澳大利亚", "AU")],
)
def test_what_files_say_is_found(said: str, code: str) -> None:
    assert COUNTRIES.resolve_cell(said) == code
