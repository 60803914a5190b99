"""Each rule of photos has a photo that breaks it; the limits are those of the contract."""

import io

import numpy as np
import pytest
from PIL import Image
from portraits import (
    Spoil,
    accompanied,
    before,
    blurred,
    faceless,
    far,
    framed,
    jpeg,
    moved,
    portrait,
    tilted,
)

from common.codes.rules import rules
from registry.photo_checks import face
from registry.photo_checks.background import lab
from registry.photo_checks.looking import looked_at
from registry.photo_checks.rules import ERRORS, PROFILES, RULES, WARNINGS, Check, Result


def checked(content: bytes, profile: str = "blue") -> dict[str, Check]:
    return {each.rule: each for each in looked_at(content, profile)[0]}


def failed(content: bytes, profile: str = "blue") -> set[str]:
    return {rule for rule, check in checked(content, profile).items() if check.state is Result.FAILED}


def test_a_good_portrait_passes_every_check() -> None:
    found = checked(jpeg())
    assert list(found) == list(RULES)
    assert {check.state for check in found.values()} == {Result.PASSED}
    assert found["photo_pixels"].measured == "480x640"
    # read off the picture by hand
    assert found["photo_head_top"].measured == pytest.approx(85, abs=4)
    assert found["photo_eye_line"].measured == pytest.approx(265, abs=5)
    assert found["photo_face_width"].measured == pytest.approx(200, abs=12)


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("photo_background", before((200, 60, 60))),
        ("photo_border", framed),
        ("photo_blur", blurred),
        ("photo_face_missing", faceless),
        ("photo_face_several", accompanied),
        ("photo_head_top", moved(-50)),
        ("photo_head_top", moved(40)),
        ("photo_eye_line", moved(50)),
        ("photo_face_width", far),
        ("photo_tilt", tilted),
    ],
)
def test_what_breaks_a_rule_is_found(rule: str, spoil: Spoil) -> None:
    assert rule in failed(jpeg(spoil))


def test_pixels_density_and_size_are_judged_by_the_file() -> None:
    assert failed(jpeg(lambda image: image.resize((481, 640)))) == {"photo_pixels"}
    assert failed(jpeg(lambda image: image.resize((960, 1280)))) == {"photo_pixels"}
    assert failed(jpeg(dpi=72)) == {"photo_dpi"}
    assert "photo_size" in failed(jpeg(quality=20))
    assert failed(jpeg() + bytes(500 * 1024)) == {"photo_size"}


def test_without_a_density_the_photo_waits_for_an_eye() -> None:
    content = io.BytesIO()
    portrait().save(content, "JPEG", quality=92)
    assert checked(content.getvalue())["photo_dpi"].state is Result.SKIPPED


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_only_true_colour_is_taken(mode: str) -> None:
    content = io.BytesIO()
    portrait().convert(mode).save(content, "JPEG", quality=92)
    assert "photo_format" in failed(content.getvalue())


@pytest.mark.parametrize("content", [jpeg()[:9000], b"\xff\xd8\xff" + b"x" * 30_000, b"GIF89a" + bytes(30_000)])
def test_what_is_no_whole_jpeg_is_no_photo(content: bytes) -> None:
    checks, kept = looked_at(content, "blue")
    assert {each.rule for each in checks if each.state is Result.FAILED} - {"photo_size"} == {"photo_format"}
    assert kept == b""


def test_forty_thousand_pixels_are_refused_unread() -> None:
    size = (640).to_bytes(2) + (480).to_bytes(2)
    assert jpeg().count(size) == 1
    huge = jpeg().replace(size, (40_000).to_bytes(2) * 2)
    assert failed(huge) == {"photo_pixels"}


def test_an_error_keeps_nothing_and_a_warning_does() -> None:
    assert looked_at(jpeg(framed), "blue")[1] == b""
    assert looked_at(jpeg(tilted), "blue")[1] != b""


@pytest.mark.parametrize(("profile", "colour"), PROFILES.items())
def test_the_ground_is_that_of_the_profile(profile: str, colour: tuple[int, int, int]) -> None:
    assert "photo_background" not in failed(jpeg(before(colour)), profile)
    assert "photo_background" in failed(jpeg(before((90, 160, 90))), profile)


def test_a_ground_of_two_colours_is_uneven() -> None:
    def half(image: Image.Image) -> Image.Image:
        ground = before((67, 142, 219))(image)
        ground.paste((30, 100, 190), (400, 0, 480, 330))
        return ground

    assert "photo_background" in failed(jpeg(half))


@pytest.mark.parametrize(
    ("colour", "expected"),
    # published values of CIE L*a*b* (D65) for sRGB primaries
    [((255, 255, 255), (100, 0, 0)), ((255, 0, 0), (53.24, 80.09, 67.20)), ((0, 0, 255), (32.30, 79.19, -107.86))],
)
def test_colours_are_compared_as_the_eye_does(colour: tuple[int, int, int], expected: tuple[float, ...]) -> None:
    assert lab(np.array(colour)) == pytest.approx(expected, abs=0.02)


def test_what_is_kept_holds_nothing_but_the_picture() -> None:
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "张三 110101199003070 02X"
    exif[0x8825] = {1: "N", 2: (39.0, 54.0, 27.0)}
    portrait().save(content, "JPEG", quality=92, dpi=(300, 300), exif=exif, comment=b"secret place")
    kept = looked_at(content.getvalue(), "blue")[1]
    again = Image.open(io.BytesIO(kept))
    assert (again.size, again.mode, dict(again.getexif())) == ((480, 640), "RGB", {})
    assert b"secret place" not in kept
    assert "张三".encode() not in kept


def test_a_photo_on_its_side_is_turned_as_its_file_says() -> None:
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = portrait().transpose(Image.Transpose.ROTATE_90)
    turned.save(content, "JPEG", quality=92, dpi=(300, 300), exif=exif)
    assert failed(content.getvalue()) == set()


def test_without_the_cascades_the_face_is_left_to_an_eye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face, "cv2", None)
    found = checked(jpeg())
    skipped = {rule for rule, check in found.items() if check.state is Result.SKIPPED}
    assert skipped == {*face.FACES, *face.PLACES}
    assert found["photo_blur"].state is Result.PASSED


def test_every_rule_stands_in_the_catalogue() -> None:
    assert {rules()[each].severity for each in ERRORS} == {"error"}
    assert {rules()[each].severity for each in WARNINGS} == {"warning"}
