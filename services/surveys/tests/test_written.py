"""What every answer to a write carries, by the service's own description."""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

OPENAPI: Mapping[str, Any] = json.loads((files("surveys") / "openapi.json").read_text("utf-8"))

WRITES_NOTHING = {
    "/v1/answer/evaluate",
    "/v1/questionnaires/{questionnaire_id}/evaluate",
    "/v1/questionnaires/{questionnaire_id}/lint",
}
"""What is sent there is judged, and nothing of it is stored."""

LONG_WORK = "Operation"
"""An operation's body is fixed; its `result` tells of what it has changed."""


def written() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path, methods in OPENAPI["paths"].items():
        for method, said in methods.items():
            if method in {"get", "parameters"} or path in WRITES_NOTHING:
                continue
            for status, answer in said["responses"].items():
                content = answer.get("content", {}).get("application/json") if status[0] == "2" else None
                if content is not None:
                    name = content["schema"]["$ref"].rsplit("/", 1)[1]
                    yield f"{method.upper()} {path} {status}: {name}", OPENAPI["components"]["schemas"][name]


def test_every_answer_to_a_write_has_a_version_and_a_change_token() -> None:
    asked = {title: answer for title, answer in written() if not title.endswith(f" {LONG_WORK}")}
    assert len(asked) > 30
    lacking = [
        title for title, answer in asked.items() if not {"version", "change_token"} <= answer["properties"].keys()
    ]
    assert lacking == []
