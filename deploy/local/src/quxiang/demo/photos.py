"""Drawn photos: most are accepted, some wait for an officer, one is refused."""

import asyncio
import io
import random
from collections.abc import Sequence
from typing import Any
from zipfile import ZipFile

from PIL import Image, ImageDraw

from quxiang.demo.changes import Office
from quxiang.demo.client import Json

PHOTOS = 12
TILTED = 3
"""Of the photos, the last ones: the head to one side, so that they wait for review."""

_SIZE = (480, 640)
_GROUND = (67, 142, 219)
_SKINS = ((236, 196, 168), (222, 178, 146), (244, 208, 184))
_HAIRS = ((32, 26, 24), (62, 44, 34), (90, 90, 94))
_COATS = ((40, 44, 70), (70, 40, 44), (50, 60, 52))
_DEGREES = 8
_REFUSED = {"rule": "photo_tilt", "reason": "头部倾斜，请正对镜头重新拍摄"}


async def send_photos(office: Office) -> None:
    """Lets the office send photos of some graduates in one file, pass one that waits, and refuse another."""
    sitters = [each for each in await office.members() if each["status"] == "registered"][:PHOTOS]
    file = await asyncio.to_thread(archive, [str(each["student_number"]) for each in sitters])
    form = {"school_code": office.school, "cohort": str(office.cohort)}
    await office.campus.upload("registry", "photos", office.school_officer, "照片.zip", file, **form)
    passed, refused = sitters[-TILTED], sitters[-1]
    await _review(office, passed, "accept")
    await _review(office, refused, "refuse", json=_REFUSED)


def archive(numbers: Sequence[str]) -> bytes:
    """A ZIP file of photos named by student numbers."""
    content = io.BytesIO()
    with ZipFile(content, "w") as file:
        for place, number in enumerate(numbers):
            tilt = _DEGREES if place >= len(numbers) - TILTED else 0
            file.writestr(f"{number}.jpg", drawn(random.Random(number), tilt))  # noqa: S311
    return content.getvalue()


def drawn(chance: random.Random, tilt: int = 0) -> bytes:
    """A face that the cascades take for one, before the ground of the profile `blue`, tilted by so many degrees."""
    skin, hair, coat = (chance.choice(colours) for colours in (_SKINS, _HAIRS, _COATS))
    shade = tuple(part * 4 // 5 for part in skin)
    image = Image.new("RGB", _SIZE, _GROUND)
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 490, 440, 860), fill=coat)
    draw.rectangle((198, 400, 282, 510), fill=shade)
    draw.ellipse((128, 84, 352, 380), fill=hair)
    draw.ellipse((146, 125, 334, 440), fill=skin)
    draw.pieslice((138, 92, 342, 290), 180, 360, fill=hair)
    for middle in (198, 282):
        # the socket, the brow, the white, the iris
        parts = ((28, 240, 278, shade), (28, 226, 235, hair), (20, 251, 269, (245, 245, 245)), (10, 250, 270, hair))
        for reach, top, bottom, colour in parts:
            draw.ellipse((middle - reach, top, middle + reach, bottom), fill=colour)
    draw.polygon(((240, 275), (223, 330), (257, 330)), fill=shade)
    draw.ellipse((205, 360, 275, 385), fill=(170, 80, 80))
    content = io.BytesIO()
    turned = image.rotate(tilt, resample=Image.Resampling.BICUBIC, fillcolor=_GROUND)
    turned.save(content, "JPEG", quality=95, dpi=(300, 300))
    return content.getvalue()


async def _review(office: Office, graduate: Json, act: str, **content: Any) -> None:
    officer, path = office.college_officer(graduate["college_code"]), f"/v1/graduates/{graduate['id']}/photo"
    photo = await office.campus.call("registry", "GET", path, officer)
    await office.campus.call("registry", "POST", f"{path}/{act}", officer, version=photo["version"], **content)
