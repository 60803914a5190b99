"""A questionnaire of every type of question, and an answer to it: as values, and as the fields of a form."""

from typing import Any

Json = dict[str, Any]


def _said(text: str) -> Json:
    return {"zh": text, "en": f"{text} (en)"}


def _options(*values: str, **more: Json) -> list[Json]:
    return [{"value": value, "text": _said(f"选项{value}")} | more.get(f"o{value}", {}) for value in values]


def _asks(name: str, kind: str, **more: Any) -> Json:
    return {"id": name, "type": kind, "required": False, "text": _said(f"问题 {name}")} | more


EVERY_TYPE: Json = {
    "title": _said("毕业生跟踪调查"),
    "pages": [
        {
            "id": "choices",
            "title": _said("选择"),
            "questions": [
                _asks("intro", "note"),
                _asks("one", "single_choice", required=True, options=_options("1", "2", o2={"other": True})),
                _asks("why", "text", visible_if="${one} = '1'", max_length=200),
                _asks("many", "multiple_choice", options=_options("1", "2", "9", o9={"exclusive": True})),
                _asks("grid", "matrix", options=_options("1", "2", "3"), rows=_options("a", "b")),
                _asks("order", "ranking", options=_options("a", "b", "c")),
            ],
        },
        {
            "id": "numbers",
            "title": _said("数字"),
            "questions": [
                _asks("match", "scale", scale={"min": 1, "max": 5}, min_label=_said("不对口"), max_label=_said("对口")),
                _asks("wide", "scale", scale={"min": 0, "max": 50}, display="slider"),
                _asks("recommend", "nps"),
                _asks("fair", "boolean"),
                _asks("hours", "number", minimum=0, maximum=80, decimals=1, unit=_said("小时")),
                _asks("pay", "money", period="month", refusable=True, sensitive=True),
                _asks("twice", "calculated", calculation="${hours} * 2", result="number"),
            ],
        },
        {
            "id": "words",
            "title": _said("您每周工作 ${hours} 小时"),
            "questions": [
                _asks("since", "date"),
                _asks("left", "month"),
                _asks("story", "text", lines=3),
                _asks("mail", "text", format="email", refusable=True),
                _asks("trade", "code", code_list="industry"),
                _asks("home", "place", depth="province"),
                _asks("town", "place", depth="city"),
                _asks("county", "place", depth="county"),
                _asks("subject", "code", code_list="majors"),
                _asks("boss", "employer"),
                _asks("proof", "file"),
            ],
        },
    ],
}

FORMS: dict[str, Json] = {
    "choices": {
        "one": "2",
        "one_other": "自由职业",
        "many": ["", "1", "2"],
        "grid_a": "1",
        "grid_b": "3",
        "order_a": "2",
        "order_b": "1",
        "order_c": "",
    },
    "numbers": {
        "match": "4",
        "wide": "50",
        "recommend": "10",
        "fair": "false",
        "hours": "40.5",
        "pay": "6,500",
        "pay__missing": "",
    },
    "words": {
        "since": "2024-07-01",
        "left": "2025-02",
        "story": "第一行\r\n第二行",
        "mail": "",
        "mail__missing": "refused",
        "trade": "11",
        "home": "410000",
        "town": "410100",
        "county": "河南省 郑州市 中原区",
        "subject": "080902",
        "boss_name": "某某公司",
        "boss_uscc": "91110000600037341l",
    },
}

VALUES: Json = {
    "one": "2",
    "one_other": "自由职业",
    "many": ["1", "2"],
    "grid": {"a": "1", "b": "3"},
    "order": ["b", "a"],
    "match": 4,
    "wide": 50,
    "recommend": 10,
    "fair": False,
    "hours": 40.5,
    "pay": 6500,
    "since": "2024-07-01",
    "left": "2025-02",
    "story": "第一行\n第二行",
    "mail": {"missing": "refused"},
    "trade": "11",
    "home": "410000",
    "town": "410100",
    "county": "410102",
    "subject": "080902",
    "boss": {"name": "某某公司", "uscc": "91110000600037341L"},
}
