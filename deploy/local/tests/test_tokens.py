"""`quxiang token`: one token on standard output, or exit 2 with nothing there."""

import json
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner, Result

from quxiang.cli import app


def quxiang(state: Path, *arguments: str) -> Result:
    """The command in this process: one of its own takes longer than everything else here."""
    return CliRunner().invoke(app, arguments, env={"QUXIANG_STATE": str(state)})


def in_a_process(state: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "quxiang", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "QUXIANG_STATE": str(state)},
        timeout=60,
    )


def claims(state: Path, *arguments: str) -> dict[str, object]:
    done = quxiang(state, "token", *arguments)
    assert done.exit_code == 0, done.stderr
    (token,) = done.stdout.splitlines()
    keys = jwt.PyJWKSet.from_dict(json.loads((state / "keys" / "jwks.json").read_text()))
    header = jwt.get_unverified_header(token)
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    found: dict[str, object] = jwt.decode(
        token, keys[header["kid"]].key, algorithms=["ES256"], audience="quxiang", issuer="urn:quxiang:local"
    )
    return found


def test_a_token_carries_role_and_row_scope(tmp_path: Path) -> None:
    found = claims(tmp_path / "state", "--role", "college_officer", "--school", "10001", "--college", "C01")
    assert (found["role"], found["school_code"], found["college_code"]) == ("college_officer", "10001", "C01")
    assert "class_code" not in found
    assert found["jti"]


def test_two_roles_are_two_people_and_one_stays_one(tmp_path: Path) -> None:
    college = ("--school", "10001", "--college", "C01")
    officer = claims(tmp_path / "state", "--role", "college_officer", *college)
    again = claims(tmp_path / "state", "--role", "college_officer", *college)
    school = claims(tmp_path / "state", "--role", "school_officer", "--school", "10001")
    named = claims(tmp_path / "state", "--role", "school_officer", "--school", "10001", "--subject", "li")
    assert officer["sub"] == again["sub"]
    assert officer["jti"] != again["jti"]
    assert len({officer["sub"], school["sub"], named["sub"]}) == 3
    assert named["sub"] == "li"


@pytest.mark.parametrize(("text", "seconds"), [("1s", 1), ("5m", 300), ("12h", 43200)])
def test_a_lifetime(tmp_path: Path, text: str, seconds: int) -> None:
    found = quxiang(tmp_path / "state", "token", "--role", "admin", "--ttl", text).stdout
    decoded = jwt.decode(found.strip(), options={"verify_signature": False})
    assert decoded["exp"] - decoded["iat"] == seconds
    assert abs(decoded["iat"] - time.time()) < 60


@pytest.mark.parametrize("role", ["ministry", "admin", "auditor", "system", "integrator"])
def test_roles_that_need_nothing(tmp_path: Path, role: str) -> None:
    assert claims(tmp_path / "state", "--role", role)["role"] == role


def test_a_graduate_needs_the_graduate_only(tmp_path: Path) -> None:
    one = str(uuid.uuid4())
    assert claims(tmp_path / "state", "--role", "graduate", "--graduate", one)["graduate_id"] == one


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--role", "emperor"],
        ["--role", "school_officer"],
        ["--role", "school_officer", "--school", "1"],
        ["--role", "college_officer", "--school", "10001"],
        ["--role", "graduate", "--graduate", "me"],
        ["--role", "provincial_officer", "--province", "41"],
        ["--role", "admin", "--ttl", "soon"],
        ["--role", "admin", "--ttl", "0s"],
        ["--role", "admin", "--colour", "red"],
        ["--role", "admin", "again"],
    ],
)
def test_wrong_use(tmp_path: Path, arguments: list[str]) -> None:
    done = quxiang(tmp_path / "state", "token", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert isinstance(done.exception, SystemExit)


def test_wrong_use_in_a_process(tmp_path: Path) -> None:
    done = in_a_process(tmp_path / "state", "token", "--role", "emperor")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("quxiang token: there is no role 'emperor'")
    assert "Traceback" not in done.stderr


def test_the_key_pair_is_made_once_and_private(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with ThreadPoolExecutor(2) as pool:
        tokens = list(pool.map(lambda _: in_a_process(state, "token", "--role", "admin").stdout.strip(), range(2)))
    assert len({jwt.get_unverified_header(token)["kid"] for token in tokens}) == 1
    assert (state / "keys" / "signing.pem").stat().st_mode & 0o077 == 0
    assert state.stat().st_mode & 0o077 == 0
    assert claims(state, "--role", "admin")
