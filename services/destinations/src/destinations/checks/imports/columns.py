"""Header texts of a ledger, and the words that its cells may hold in place of codes."""

from collections.abc import Mapping, Sequence

from common.imports import OWNER_HEADERS, PERSON_HEADERS, Columns
from common.spreadsheets.masking import Identifies
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult

HEADERS: Mapping[str, Sequence[str]] = {
    **OWNER_HEADERS,
    **PERSON_HEADERS,
    "method": ("核查方式", "核查形式", "核查方法"),
    "outcome": ("通话结果", "电话结果", "通话情况"),
    "result": ("核查结果", "核查结论"),
    "note": ("备注", "说明", "情况说明"),
}

KEYS = ("student_number", "exam_number")
SAYING = ("method", "outcome", "result", "note")
"""Columns of what was found; a row in which all are blank says nothing."""

COLUMNS = Columns(
    HEADERS,
    needed=[{"name"}, KEYS, {"method"}, {"result"}],
    identifying={
        "student_number": Identifies.BY_NUMBER,
        "exam_number": Identifies.BY_NUMBER,
        "name": Identifies.BY_NAME,
        "note": Identifies.NOTHING,
    },
)

METHODS = {
    **{each.value: each for each in CheckMethod},
    **dict.fromkeys(("材料", "材料核查", "查阅材料", "核查材料"), CheckMethod.DOCUMENT),
    **dict.fromkeys(("电话", "电话核查", "电话核实"), CheckMethod.PHONE),
    **dict.fromkeys(("单位", "单位核查", "单位核实", "走访单位"), CheckMethod.EMPLOYER),
    **dict.fromkeys(("系统", "系统核查", "系统比对", "数据比对"), CheckMethod.SYSTEM),
    **dict.fromkeys(("面谈", "访谈", "当面核实"), CheckMethod.INTERVIEW),
}
OUTCOMES = {
    **{each.value: each for each in CallOutcome},
    **dict.fromkeys(("接通", "已接通"), CallOutcome.REACHED),
    **dict.fromkeys(("无人接听", "未接通", "未接听"), CallOutcome.NO_ANSWER),
    **dict.fromkeys(("号码有误", "空号", "错号", "停机"), CallOutcome.WRONG_NUMBER),
    **dict.fromkeys(("拒绝", "拒绝回答", "拒访"), CallOutcome.REFUSED),
}
RESULTS = {
    **{each.value: each for each in CheckResult},
    **dict.fromkeys(("属实", "一致", "正确", "无误"), CheckResult.CORRECT),
    **dict.fromkeys(("已更正", "更正", "已改正"), CheckResult.CORRECTED),
    **dict.fromkeys(("不属实", "不一致", "有误", "错误"), CheckResult.WRONG),
    **dict.fromkeys(("无法联系", "联系不上", "失联"), CheckResult.UNREACHABLE),
}
