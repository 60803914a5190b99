"""Which browser the tests of pages take, and what they say when there is none."""

import sys
from pathlib import Path

import pytest

from testing import browser
from testing.browser import NoBrowserError, cache_folder, executable


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_the_named_one_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.VARIABLE, sys.executable)
    assert executable() == browser.Executable(Path(sys.executable))


def test_one_on_the_path_comes_next(tmp_path: Path) -> None:
    (tmp_path / "chromium").symlink_to(sys.executable)
    assert executable() == browser.Executable(tmp_path / "chromium")


def test_a_name_that_is_no_program_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(browser.VARIABLE, str(tmp_path / "missing"))
    with pytest.raises(NoBrowserError, match=r"QUXIANG_TEST_BROWSER names .*, which is no program"):
        executable()


def test_where_nothing_fits_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testing.browser.platform.machine", lambda: "riscv64")
    with pytest.raises(NoBrowserError, match=r"Linux x86-64.*Name a Chromium in QUXIANG_TEST_BROWSER"):
        executable()


@pytest.mark.parametrize("home", ["", "/nonexistent/home"])
def test_without_a_usable_home_there_is_a_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", home if home else "")
    monkeypatch.setattr("testing.browser.tempfile.gettempdir", lambda: str(tmp_path))
    if home:
        monkeypatch.setattr("testing.browser.Path.home", lambda: Path("/proc/nowhere"))
    assert cache_folder().parent == tmp_path
