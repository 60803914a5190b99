"""The services' own tokens stay fresh for as long as the stack runs."""

from pathlib import Path

import pytest

from quxiang.keys import keep_tokens_fresh, service_token_file
from quxiang.state import State
from testing.messaging import running
from testing.waiting import eventually


async def test_a_token_that_cannot_be_written_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, said = State(tmp_path / "state"), list[str]()
    state.create()
    token = service_token_file(state, "registry")
    token.mkdir()
    monkeypatch.setattr("quxiang.keys.RENEWAL_SECONDS", 0.01)
    async with running(lambda: keep_tokens_fresh(state, ["registry"], said.append)):
        await eventually(lambda: said)
        token.rmdir()
        await eventually(token.is_file)
    assert "Is a directory" in said[0]
