"""Evidence of two labour contracts: pieces that wait, are accepted, rejected, refused by their check, and outdated."""

import asyncio
import io

from PIL import Image, ImageDraw

from quxiang.demo.changes import Office, oneself
from quxiang.demo.client import Json

_PATIENCE_SECONDS = 60.0
_DECIDED = ("accepted", "rejected")
_PIECES = (
    ("labour_contract", "劳动合同（已审核）"),
    ("labour_contract", "劳动合同第二页，未盖章"),
    ("other", "入职通知，待审核"),
)


async def send_evidence(office: Office) -> None:
    """Lets two graduates photograph their contracts, officers decide two pieces, and one graduate change employers."""
    first, second, *_ = await office.untouched("11")
    pages = await asyncio.to_thread(lambda: [page(title) for _, title in _PIECES])
    sent = [
        await _send(office, first, kind, title, content) for (kind, title), content in zip(_PIECES, pages, strict=True)
    ]
    # cut off on its way from the telephone
    await _send(office, first, "labour_contract", "劳动合同，照片不完整", pages[0][:-400])
    await _send(office, second, "labour_contract", "原单位劳动合同", pages[0])
    await _checked(office, first)
    await _checked(office, second)
    college = office.college_officer(first["college_code"])
    accepted, rejected, _ = sent
    for piece, act, body in ((accepted, "accept", None), (rejected, "reject", {"reason": "缺少单位公章"})):
        if piece["state"] not in _DECIDED:
            path = f"/v1/evidence/{piece['id']}/{act}"
            await office.campus.call("destinations", "POST", path, college, version=2, json=body)
    if second["state"] == "draft":
        return
    # late or not, another employer needs another paper
    moved = {"employer_name": "示例501号有限公司", "late_reason": "new_destination"}
    path = f"/v1/registrations/{second['id']}"
    own = oneself(second["graduate_id"])
    await office.campus.call("destinations", "PATCH", path, own, version=second["version"], json=moved)


def page(title: str) -> bytes:
    """A drawn page, as a telephone would send it."""
    image = Image.new("RGB", (720, 960), (246, 244, 238))
    draw = ImageDraw.Draw(image)
    for line in range(12 + len(title)):
        draw.line((80, 120 + 36 * line, 640 - 90 * (line % 3), 120 + 36 * line), fill=(70, 70, 76), width=4)
    draw.ellipse((480, 760, 620, 900), outline=(190, 40, 40), width=6)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    return content.getvalue()


async def _send(office: Office, registration: Json, kind: str, title: str, content: bytes) -> Json:
    path, own = f"/v1/registrations/{registration['id']}/evidence", oneself(registration["graduate_id"])
    form = {"kind": kind, "title": title, "issued_on": office.today.isoformat()}
    return await office.campus.call("destinations", "POST", path, own, data=form, files={"file": ("证明.jpg", content)})


async def _checked(office: Office, registration: Json) -> None:
    """Waits until no piece of a registration is being checked."""
    path = f"/v1/registrations/{registration['id']}/evidence"
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            found = office.campus.items("destinations", path, office.school_officer)
            if "checking" not in [each["state"] async for each in found]:
                return
            await asyncio.sleep(0.2)
