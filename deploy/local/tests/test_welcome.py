"""The welcome prints tokens of people whom the demo knows, and none of people whom an older one did not know."""

from pathlib import Path

import jwt
import pytest

from quxiang.addresses import PORTS, url
from quxiang.console import Console
from quxiang.state import State
from quxiang.welcome import welcome

GRADUATE = {"id": "0197f000-0000-7000-8000-00000000000a", "school_code": "10001", "class_code": "080901-1"}
EMPLOYER = "0197f000-0000-7000-8000-000000000001"
BEFORE = {"school_officer", "survey_manager", "ministry", "admin"}


@pytest.mark.parametrize(
    ("demo", "others"),
    [
        ({"graduate": GRADUATE, "employer": EMPLOYER}, {"counsellor", "graduate", "employer"}),
        ({"graduate": GRADUATE}, set()),
        ({}, set()),
    ],
)
def test_whose_tokens_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], demo: dict[str, object], others: set[str]
) -> None:
    state = State(tmp_path / "state")
    state.create()
    state.remember("demo.json", demo)
    welcome(state, Console())
    indented = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("    ")]
    link, *tokens = indented
    assert link.startswith(f"{url(PORTS['indicators'])}/dashboard#cohort=2026&token=")
    shown = jwt.decode(link.rpartition("=")[2], options={"verify_signature": False})
    assert (shown["role"], shown["school_code"]) == ("school_officer", "10001")
    claims = {each["role"]: each for each in (jwt.decode(it, options={"verify_signature": False}) for it in tokens)}
    assert claims.keys() == BEFORE | others
    if others:
        assert claims["counsellor"]["class_code"] == GRADUATE["class_code"]
        assert (claims["graduate"]["graduate_id"], claims["employer"]["employer_id"]) == (GRADUATE["id"], EMPLOYER)


def test_the_receipt_of_the_tip_off_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = State(tmp_path / "state")
    state.create()
    state.remember("demo.json", {"receipt": "00ff00ff00ff00ff00ff00ff00ff00ff"})
    welcome(state, Console())
    assert "00ff00ff00ff00ff00ff00ff00ff00ff" in capsys.readouterr().out


def test_the_page_of_what_is_published_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = State(tmp_path / "state")
    state.create()
    state.remember("demo.json", {"publication": GRADUATE["id"]})
    welcome(state, Console())
    assert f"{url(PORTS['indicators'])}/published/{GRADUATE['id']}" in capsys.readouterr().out
