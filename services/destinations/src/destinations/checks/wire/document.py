"""A self-check report as a document, to be printed, signed and sealed. Counts alone: it names no graduate."""

import io
from collections.abc import Sequence

from common.clock import day_in_shanghai
from destinations.checks.domain.ledger import CheckMethod, CheckResult
from destinations.checks.domain.reports import Office, Report, ReportState, Signature

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_RESULTS = {
    CheckResult.CORRECT: "属实",
    CheckResult.CORRECTED: "已更正",
    CheckResult.WRONG: "不属实",
    CheckResult.UNREACHABLE: "无法联系",
}
_METHODS = {
    CheckMethod.DOCUMENT: "材料",
    CheckMethod.PHONE: "电话",
    CheckMethod.EMPLOYER: "单位",
    CheckMethod.SYSTEM: "系统",
    CheckMethod.INTERVIEW: "面谈",
}
_OFFICES = {Office.PARTY: "学院党委（党总支）", Office.ADMINISTRATION: "学院行政"}
_STATES = {
    ReportState.DRAFT: "草稿",
    ReportState.SIGNED: "已签署",
    ReportState.SUBMITTED: "已提交",
    ReportState.ACCEPTED: "已接收",
    ReportState.RETURNED: "已退回",
}


def written(report: Report, signatures: Sequence[Signature]) -> bytes:
    """The document. Call it in a thread; the library is loaded when it is needed first."""
    import docx

    made = docx.Document()
    made.add_heading(f"{report.cohort} 届毕业生毕业去向第 {report.round} 轮自查报告", level=1)
    made.add_paragraph(f"院校代码：{report.school_code}　院系代码：{report.college_code}")
    made.add_paragraph(f"报告编号：{report.id}　状态：{_STATES[report.state]}")
    made.add_paragraph(f"制表日期：{day_in_shanghai(report.recorded_at)}　应查毕业生：{report.graduates} 人，均已核查")
    for title, labels, counts in (
        ("核查结果", _RESULTS, report.results),
        ("核查方式", _METHODS, report.methods),
    ):
        table = made.add_table(rows=1, cols=2, style="Table Grid")
        table.rows[0].cells[0].text, table.rows[0].cells[1].text = title, "人数"
        for word, label in labels.items():
            cells = table.add_row().cells
            cells[0].text, cells[1].text = label, f"{counts.get(word.value, 0)}"
        made.add_paragraph()
    signed = {each.office: day_in_shanghai(each.recorded_at) for each in signatures}
    for office, label in _OFFICES.items():
        day = f"已于 {signed[office]} 在系统中签署" if office in signed else "尚未在系统中签署"
        made.add_paragraph(f"{label}（盖章）：　　　　　　　　　负责人签字：　　　　　　（{day}）")
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()
