"""Doing without a package leaves no trace."""

import sys
from importlib import import_module
from types import ModuleType

import pytest

from common.importing import undecorated


def test_without_rich_its_importers_take_their_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "rich", raising=False)
    with undecorated(), pytest.raises(ImportError):
        import_module("rich")
    assert "rich" not in sys.modules


def test_what_was_loaded_before_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = ModuleType("rich")
    monkeypatch.setitem(sys.modules, "rich", loaded)
    with undecorated():
        assert import_module("rich") is loaded
    assert sys.modules["rich"] is loaded
