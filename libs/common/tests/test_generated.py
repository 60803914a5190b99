from pathlib import Path

import pytest

from common.generated import write_or_check


def test_what_differs_is_named_by_a_check_and_written_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same, other, new = (tmp_path / name for name in ("same.md", "other.md", "new.md"))
    same.write_text("去向", "utf-8")
    other.write_text("old", "utf-8")
    files = {same: "去向", other: "new", new: "new"}

    def run(*arguments: str) -> int:
        return write_or_check("a.module", None, files, "make pages", arguments)

    assert run("--check") == 1
    assert capsys.readouterr().err == "".join(f"outdated: {path} (make pages)\n" for path in (other, new))
    assert (other.read_text("utf-8"), new.exists()) == ("old", False)
    assert run() == 0
    assert {path: path.read_text("utf-8") for path in files} == files
    assert run("--check") == 0
