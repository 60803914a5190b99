"""What a service answers at `/openapi.json` is the file that `make drift` compares with its code."""

from importlib import import_module

import pytest

from quxiang.addresses import PORTS
from quxiang.openapi import committed
from quxiang.state import workspace_root


@pytest.mark.parametrize("service", PORTS)
def test_a_service_answers_the_file_that_is_compared_with_its_code(service: str) -> None:
    assert import_module(f"{service}.app").COMPOSITION.document == committed(service)
    # where readers of the repository look for it
    assert (workspace_root() / "services" / service / "openapi.json").resolve() == committed(service)
