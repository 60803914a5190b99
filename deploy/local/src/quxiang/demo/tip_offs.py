"""A tip-off about the school's own practice, sent without a token; its receipt is for the welcome."""

import asyncio

from quxiang.demo.changes import Office
from quxiang.demo.client import Refused
from quxiang.demo.evidence import page

TEXT = "辅导员在班级群里催促尚未落实去向的同学先找单位盖章，截图附后。"


async def report(office: Office) -> str:
    """Reports a college with a picture; gives the receipt."""
    form = {
        "school_code": office.school,
        "accused": "college:C01",
        "text": TEXT,
        "contact": "示例邮箱 someone@example.cn",
    }
    files = {"files": ("截图.jpg", await asyncio.to_thread(page, "截图"))}
    answer = await office.campus.http.post(f"{office.campus.urls['destinations']}/v1/tip-offs", data=form, files=files)
    if answer.is_error:
        raise Refused(f"tip-off: {answer.status_code} {answer.text[:500]}")
    return str(answer.json()["receipt"])
