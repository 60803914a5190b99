import weakref
from datetime import date
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import Cell, CodeEntry, CodeList, CodeLists, CodeProblem, loading

LISTS = CodeLists.load()
NAMES = [
    "destination",
    "education-level",
    "sex",
    "ethnicity",
    "political-status",
    "division",
    "industry",
    "employer-nature",
    "position",
    "training-mode",
    "teacher-training",
    "hardship",
    "marital-status",
    "not-employed-reason",
    "exclusion-ground",
    "document-type",
    "health-status",
    "admission-mode",
    "purpose",
    "country",
    "flexible-kind",
    "support-cause",
    "support-measure",
]
DESTINATIONS_OF_THE_SCHEME = [
    "10",
    "11",
    "12",
    "271",
    "46",
    "501",
    "502",
    "503",
    "511",
    "512",
    "513",
    "514",
    "515",
    "516",
    "517",
    "518",
    "519",
    "75",
    "76",
    "801",
    "802",
    "803",
    "85",
    "70",
    "701",
    "702",
    "703",
    "704",
    "71",
    "72",
    "721",
    "722",
    "27",
    "50",
    "51",
    "80",
    "81",
]


def test_every_promised_list_exists() -> None:
    assert LISTS.names() == tuple(NAMES)


@pytest.mark.parametrize("code_list", list(LISTS), ids=lambda code_list: code_list.name)
def test_periods_of_a_code_do_not_overlap_and_labels_exist(code_list: CodeList) -> None:
    for _, entries in groupby(code_list, key=lambda entry: entry.code):
        periods = list(entries)
        for earlier, later in pairwise(periods):
            assert earlier.valid_to is not None
            assert later.valid_from is not None
            assert earlier.valid_to < later.valid_from
        assert all(entry.label_zh and entry.source for entry in periods)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "division"])
def test_labels_exist_in_both_languages(name: str) -> None:
    assert all(entry.label_zh and entry.label_en for entry in LISTS.get(name))


def test_aliases_name_codes_that_exist() -> None:
    assert all(alias.code in code_list for code_list in LISTS for alias in code_list.aliases)


@pytest.mark.parametrize("code", DESTINATIONS_OF_THE_SCHEME)
def test_every_destination_code_is_accepted_and_has_a_class(code: str) -> None:
    entry = LISTS.get("destination").lookup(code)
    assert entry is not None
    assert entry.attributes["class_level1"] in {"employed", "further_study", "not_employed"}
    assert entry.attributes["class_level2"]


def test_codes_that_nobody_saw_are_marked() -> None:
    unverified = {entry.code for entry in LISTS.get("destination") if not entry.verified}
    assert {"272", "501", "511", "513", "518", "701", "704", "721", "722", "803"} <= unverified
    assert not {"10", "271", "502", "801"} & unverified


@pytest.mark.parametrize("code", ["110228", "330113", "510504", "510500", "710000", "810000", "820000", "410102"])
def test_divisions_of_all_times_are_known(code: str) -> None:
    assert code in LISTS.get("division")


def test_a_retired_division_is_known_but_not_in_force() -> None:
    divisions = LISTS.get("division")
    assert divisions.lookup("110228") is not None
    assert divisions.lookup("110228", on=date(2013, 7, 1)) is not None
    assert divisions.lookup("110228", on=date(2024, 7, 1)) is None
    assert divisions.lookup("330113", on=date(2019, 7, 1)) is None


@pytest.mark.parametrize("code", ["330103", "330104", "410381", "410322", "350402", "350403", "540422", "654223"])
def test_an_abolished_division_has_an_end(code: str) -> None:
    divisions = LISTS.get("division")
    assert divisions.lookup(code, on=date(2020, 7, 1)) is not None
    assert divisions.lookup(code, on=date(2024, 7, 1)) is None
    assert divisions.resolve_cell(code) == code


@pytest.mark.parametrize("code", ["330113", "410307", "350404", "540481", "659011", "659012", "110100", "810000"])
def test_a_division_of_today_has_none(code: str) -> None:
    assert LISTS.get("division").lookup(code, on=date(2024, 7, 1)) is not None


def test_a_division_with_a_day_made_of_a_year_is_not_verified() -> None:
    dated = [entry for entry in LISTS.get("division") if entry.valid_from or entry.valid_to]
    assert dated
    assert not any(entry.verified for entry in dated)


@pytest.mark.parametrize(
    ("name", "code_cell", "label_cell", "code"),
    [
        ("education-level", 3.0, None, "03"),
        ("education-level", "3", None, "03"),
        ("education-level", 31, "本科生毕业", "31"),
        ("education-level", None, "硕士生毕业", "11"),
        ("education-level", "二学位毕业", None, "25"),
        ("destination", 271.0, None, "271"),
        ("destination", "271.0", "科研助理", "271"),
        ("destination", None, "科研助理", "27"),
        ("destination", None, "求职中", "70"),
        ("destination", "70", "求职中", "70"),
        ("destination", None, "签约中", "70"),
        ("destination", None, "拟参加公招考试", "70"),
        ("destination", None, "拟创业", "70"),
        ("destination", None, "待就业", "70"),
        ("destination", None, "暂不就业", "72"),
        ("destination", None, "拟出国出境", "72"),
        ("destination", "701", "求职中", "701"),
        ("destination", 722.0, "其他暂不就业", "722"),
        ("destination", None, "研究生", "801"),
        ("destination", "502", "国家基层项目", "502"),
        ("destination", None, "国家基层项目", "50"),
        ("destination", None, "国家基层项目-三支一扶", "502"),
        ("destination", None, " 出国、出境 ", "85"),
        ("destination", None, "特岗教师(地方)", "511"),
        ("destination", None, "其它（地方基层项目）", "519"),
        ("destination", None, "其他（地方基层项目）", "519"),
        ("destination", None, "其它录用形式就业", "12"),
        ("employer-nature", "39", "其它企业", "39"),
        ("destination", "升学（非全日制）", None, "81"),
        ("ethnicity", 1, "汉族", "01"),
        ("ethnicity", None, "毛难族", "36"),
        ("ethnicity", None, "崩龙族", "46"),
        ("ethnicity", None, "傈傈族", "20"),
        ("ethnicity", None, "汉", "01"),
        ("teacher-training", None, "免费师范生", "12"),
        ("employer-nature", None, "其他企业(含民营企业等）", "39"),
        ("hardship", 0.0, None, "0"),
        ("hardship", 7, "就业困难、家庭困难和残疾", "7"),
        ("political-status", "１３", None, "13"),
        ("division", 410102.0, "anything", "410102"),
        ("division", "410102000000", None, "410102"),
        ("division", 410102000000.0, None, "410102"),
        ("sex", "01", None, "1"),
        ("sex", "02.0", "女", "2"),
        ("hardship", "00", None, "0"),
        ("training-mode", "04", "委培", "4"),
        ("teacher-training", "02", None, "2"),
        ("destination", "\u202d10\u202c", None, "10"),
        ("employer-nature", None, "其他\u200b企业", "39"),
        # a division newer than the list belongs to its province
        ("division", "500157", "两江新区", "500157"),
        ("division", 500157.0, None, "500157"),
        ("division", "810001", None, "810001"),
        ("sex", None, None, None),
        ("sex", "", "  ", None),
    ],
)
def test_cells_are_resolved(name: str, code_cell: Cell, label_cell: Cell, code: str) -> None:
    assert LISTS.get(name).resolve(code_cell, label_cell) == code


@pytest.mark.parametrize(
    ("name", "code_cell", "label_cell", "rule"),
    [
        ("destination", "999", None, "unknown_code"),
        ("destination", None, "躺平", "unknown_label"),
        ("destination", "10", "自由职业", "code_label_disagree"),
        ("destination", "10", "躺平", "unknown_label"),
        ("destination", "50", "三支一扶", "code_label_disagree"),
        ("ethnicity", 1.5, None, "unknown_label"),
        ("division", None, "郑州市", "unknown_label"),
        ("division", "999999", "郑州市", "unknown_code"),
        ("division", "050157", None, "unknown_code"),
        ("division", "50015", None, "unknown_code"),
        ("division", "5001570", None, "unknown_code"),
        ("division", "5O0157", None, "unknown_label"),
        ("industry", "12", None, "unknown_code"),
        ("hardship", 8, None, "unknown_code"),
        ("hardship", "001", None, "unknown_code"),
        ("education-level", "031", None, "unknown_code"),
        ("division", "410102001000", None, "unknown_code"),
        ("sex", "true", None, "unknown_label"),
    ],
)
def test_cells_that_name_nothing_or_disagree_are_refused(
    name: str, code_cell: Cell, label_cell: Cell, rule: str
) -> None:
    with pytest.raises(CodeProblem) as problem:
        LISTS.get(name).resolve(code_cell, label_cell)
    assert problem.value.rule == rule


@given(st.sampled_from([(code_list, entry) for code_list in LISTS for entry in code_list]))
def test_each_code_resolves_to_itself_as_text_and_number(pair: tuple[CodeList, CodeEntry]) -> None:
    code_list, entry = pair
    assert code_list.resolve_cell(entry.code) == entry.code
    if entry.code.isdigit():
        assert code_list.resolve_cell(float(entry.code)) == entry.code


@given(st.one_of(st.text(), st.floats(allow_nan=True), st.integers(), st.dates(), st.booleans()))
def test_no_cell_breaks_the_resolution(cell: Cell) -> None:
    for code_list in LISTS:
        try:
            found = code_list.resolve_cell(cell)
        except CodeProblem:
            continue
        assert found is None or found in code_list


@pytest.mark.parametrize(
    ("code_cell", "label_cell", "year", "code"),
    [
        (None, "科研助理", 2024, "271"),
        (None, "科研助理", 2022, "27"),
        (None, "管理助理", 2024, "271"),
        (None, "管理助理", 2022, "271"),
        ("管理助理", None, 2024, "271"),
        ("科研助理", "科研助理", 2024, "271"),
        ("27", "科研助理", 2024, "27"),
        ("272", "管理助理", 2024, "272"),
        (272, None, 2024, "272"),
        (None, "国家基层项目", 2024, "50"),
        (None, "特岗教师（地方）", 2024, "511"),
    ],
)
def test_a_label_of_several_codes_means_the_verified_one_in_force(
    code_cell: Cell, label_cell: Cell, year: int, code: str
) -> None:
    assert LISTS.get("destination").resolve(code_cell, label_cell, on=date(year, 8, 31)) == code


@pytest.mark.parametrize("name", [name for name in NAMES if LISTS.get(name).found_by_label])
def test_the_spelling_of_other_makes_no_two_codes_one(name: str) -> None:
    """No label differs from that of another code in 其它 and 其他 alone."""
    code_list = LISTS.get(name)
    labels = [(entry.label_zh, entry.code) for entry in code_list]
    labels += [(alias.label, alias.code) for alias in code_list.aliases]
    codes: dict[str, set[str]] = {}
    for label, code in labels:
        codes.setdefault(label.replace("其它", "其他"), set()).add(code)
    assert [label for label, found in codes.items() if "其他" in label and len(found) > 1] == []


def test_the_hardship_list_is_a_bit_mask() -> None:
    assert LISTS.get("hardship").codes() == tuple("01234567")


@pytest.mark.parametrize("code", ["701", "702", "703", "704", "721", "722"])
def test_a_sub_code_counts_as_its_code_does(code: str) -> None:
    destinations = LISTS.get("destination")
    entry, whole = destinations.lookup(code), destinations.lookup(code[:2])
    assert entry is not None
    assert whole is not None
    classes = [entry.attributes["class_level1"], entry.attributes["class_level2"], entry.attributes["parent"]]
    assert classes == [whole.attributes["class_level1"], whole.attributes["class_level2"], whole.code]


def test_the_version_names_the_data() -> None:
    assert len({code_list.version for code_list in LISTS}) == len(NAMES)


def test_another_alias_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {name: loading._text(name) for name in ("lists", "aliases", *NAMES)}
    more = {**texts, "aliases": texts["aliases"] + "sex,男生,1,spelling,files of schools,true\n"}
    monkeypatch.setattr(loading, "_text", more.__getitem__)
    changed = {each.name for each in loading._load.__wrapped__() if each.version != LISTS.get(each.name).version}
    assert changed == {"sex"}


def test_a_code_newer_than_the_list_is_taken_and_not_listed() -> None:
    divisions = LISTS.get("division")
    assert {code: (code in divisions, divisions.is_listed(code)) for code in ("500112", "500157", "950157", None)} == {
        "500112": (True, True),
        "500157": (True, False),
        "950157": (False, False),
        None: (False, True),
    }
    assert divisions.lookup("500157") is None


@pytest.mark.parametrize("name", ["sex", "division"])
def test_nothing_is_kept_of_a_cell_once_it_is_read(name: str) -> None:
    class Text(str):
        """A text of which one can see that it is gone."""

    code, label = Text("1" if name == "sex" else "410102"), Text("男" if name == "sex" else "郑州市某路 1 号 张三")
    kept = [weakref.ref(code), weakref.ref(label)]
    assert LISTS.get(name).resolve(code, label) == code
    del code, label
    assert [each() for each in kept] == [None, None]
