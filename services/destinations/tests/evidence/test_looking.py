"""What a look into a file finds, and what it leaves of one."""

import io
import os
import signal

import pytest
from PIL import Image
from proofs import COMMENT, blank_png, bomb, pdf, photographed

from common.limited.asking import AskedProcess, ProcessEnded
from destinations.evidence_checks.findings import Fault, Finding
from destinations.evidence_checks.looking import MAX_PIXELS, looked_into
from destinations.evidence_checks.process import looking

NAMED = (b"Exif", b"eXIf", b"GPS", COMMENT, b"Canaryphone")


@pytest.mark.parametrize("encoding", ["JPEG", "PNG"])
def test_a_picture_keeps_its_pixels_upright_and_nothing_else(encoding: str) -> None:
    sent = photographed(encoding=encoding)
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    found = looked_into(sent)
    assert found.fault is None
    assert found.kept is not None
    kept = Image.open(io.BytesIO(found.kept))
    assert (kept.format, kept.size) == (encoding, (60, 80))
    assert not kept.getexif()
    assert not any(each in found.kept for each in NAMED)
    turned = Image.open(io.BytesIO(sent)).transpose(Image.Transpose.ROTATE_270)
    differences = [abs(a - b) for a, b in zip(turned.tobytes(), kept.tobytes(), strict=True)]
    assert sum(differences) / len(differences) <= (0 if encoding == "PNG" else 4)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_a_png_of_every_mode_stays_as_it_looks(mode: str) -> None:
    image = Image.new("L", (9, 7), 77).convert(mode) if mode != "I;16" else Image.new(mode, (9, 7), 4711)
    content = io.BytesIO()
    image.save(content, "PNG")
    found = looked_into(content.getvalue())
    assert found.kept is not None
    kept = Image.open(io.BytesIO(found.kept))
    assert (kept.mode, kept.tobytes()) == (image.mode, image.tobytes())


def test_a_picture_of_more_than_forty_million_pixels_is_refused() -> None:
    assert looked_into(blank_png(8_000, 5_125)) == Finding(Fault.TOO_MANY_PIXELS)
    assert MAX_PIXELS == 40_000_000


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (photographed()[:-300], Fault.UNREADABLE),
        (b"\xff\xd8\xff" + bytes(500), Fault.UNREADABLE),
        (b"%PDF-1.7\n%%EOF\n", Fault.UNREADABLE),
        (pdf()[:200], Fault.UNREADABLE),
        (pdf(pages=0), Fault.UNREADABLE),
        (pdf(password="geheim"), Fault.ENCRYPTED),
        (pdf(password=""), Fault.ENCRYPTED),
        (bomb(), Fault.UNREADABLE),
        (pdf(pages=25), None),
    ],
    ids=lambda each: None if isinstance(each, bytes) else str(each),
)
def test_a_file_that_cannot_be_opened_says_why(content: bytes, fault: Fault | None) -> None:
    assert looked_into(content) == Finding(fault)


async def test_a_file_that_ends_the_process_spoils_no_other() -> None:
    async with looking() as looker:
        assert (await looker.look(pdf())) == Finding()
        assert looker.process.pid is not None
        os.kill(looker.process.pid, signal.SIGXCPU)
        assert (await looker.look(pdf())) == Finding(Fault.UNREADABLE)
        assert (await looker.look(photographed())).kept is not None
        assert (await looker.look(pdf(password="x"))) == Finding(Fault.ENCRYPTED)
        pid = looker.process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_process_that_cannot_run_says_nothing_of_a_file() -> None:
    async with looking() as looker:
        looker.process = AskedProcess("destinations.evidence_checks.gone", seconds=60)
        with pytest.raises(ProcessEnded):
            await looker.look(pdf())
