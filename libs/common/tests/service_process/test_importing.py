"""Doing without a package leaves no trace, and models are built when they are needed."""

import sys
from importlib import import_module
from subprocess import run
from types import ModuleType

import pytest
from pydantic import BaseModel, ValidationError

from common.importing import unadorned, unbuilt

PARTS = "rich pygments watchfiles greenlet email_validator"


def test_without_rich_its_importers_take_their_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "rich", raising=False)
    with unadorned(), pytest.raises(ImportError):
        import_module("rich")
    assert "rich" not in sys.modules


def test_what_was_loaded_before_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = ModuleType("rich")
    monkeypatch.setitem(sys.modules, "rich", loaded)
    with unadorned():
        assert import_module("rich") is loaded
    assert sys.modules["rich"] is loaded


def test_a_model_is_built_when_it_is_first_used() -> None:
    with unbuilt():

        class Seat(BaseModel):
            number: int

    class Desk(BaseModel):
        number: int

    assert not Seat.__pydantic_complete__
    assert Desk.__pydantic_complete__
    with pytest.raises(ValidationError):
        Seat(number="first")
    assert Seat(number=1).number == 1
    assert Seat.__pydantic_complete__


@pytest.mark.parametrize("service", ["registry", "destinations", "surveys", "indicators"])
def test_a_service_loads_nothing_that_it_does_not_use(service: str) -> None:
    said = f"import sys, {service}.__main__; print([each for each in '{PARTS}'.split() if each in sys.modules])"
    loaded = run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"
