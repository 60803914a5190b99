"""The demo's drawn photos are judged as its tour says: upright ones pass, tilted ones wait for an officer."""

import io
from zipfile import ZipFile

from quxiang.demo.photos import TILTED, archive
from registry.photo_checks.looking import looked_at
from registry.photo_checks.rules import Result


def test_upright_ones_pass_and_tilted_ones_break_a_warning() -> None:
    numbers = [f"2022D{number:05}" for number in range(1, TILTED + 5)]
    found = {}
    with ZipFile(io.BytesIO(archive(numbers))) as file:
        for name in file.namelist():
            checks, _ = looked_at(file.read(name), "blue")
            found[name] = [each.rule for each in checks if each.state is not Result.PASSED]
    assert found == {f"{each}.jpg": [] for each in numbers[:-TILTED]} | {
        f"{each}.jpg": ["photo_tilt"] for each in numbers[-TILTED:]
    }
