"""Log lines: one JSON object each, with the correlation id, without anything personal, not to be forged."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from common.errors import Message, PermanentError
from common.observability import configure_logging, correlated, logger
from common.observability.redaction import _PATTERNS, redacted, redacted_text, single_line

CANARIES = {
    "citizen_id": "410102200001011234",
    "citizen_id_x": "41010220000101123X",
    "mobile": "13812345678",
    "spaced_mobile": "138 1234 5678",
    "foreign_mobile": "+86 13812345678",
    "email": "zhang.san@example.edu.cn",
    "token": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    "bearer": "Bearer abcdefghijklmnop",
}
PERSONAL = {"name": "张三", "phone": "13812345678", "student_number": "2020123", "reason": "因病", "Salary": 12345}


Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    configure_logging("example", "DEBUG", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_has_event_fields_service_level_and_time(lines: Lines) -> None:
    logger("example.imports").info("import finished", done=3, kind="graduates")
    (line,) = lines()
    assert (line["event"], line["done"], line["kind"]) == ("import finished", 3, "graduates")
    assert (line["service"], line["level"], line["logger"]) == ("example", "info", "example.imports")
    assert line["timestamp"].endswith("Z")


def test_the_correlation_id_is_in_every_line_of_the_act(lines: Lines) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with correlated("request-0001", trace):
        logger("x").info("ours")
        logging.getLogger("uvicorn.error").info("a library's")
    logger("x").info("after")
    ours, library, after = lines()
    assert ours["correlation_id"] == library["correlation_id"] == "request-0001"
    assert ours["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert "correlation_id" not in after


@pytest.mark.parametrize("canary", CANARIES.values(), ids=CANARIES)
def test_what_looks_personal_is_nowhere_in_a_line(lines: Lines, canary: str) -> None:
    log = logger("x")
    log.info(f"event with {canary}.")
    log.info(f"tel-{canary} tel.{canary} tel:{canary}")
    log.info("field", detail=f"before,{canary};after", nested={"deep": [canary, {"x": canary}]})
    log.warning("address", url=f"https://{canary}@host/path/{canary}")
    logging.getLogger("library").warning("said %s", canary)
    logging.getLogger("library").warning("extra", extra={"detail": canary})
    assert canary not in json.dumps(lines(), ensure_ascii=False)


def test_credentials_in_an_address_are_removed(lines: Lines) -> None:
    logger("x").info("connecting", url="postgresql://registry_app:hunter2@db/registry")
    assert lines()[0]["url"] == "postgresql://[redacted]@db/registry"


@pytest.mark.parametrize("key", PERSONAL)
def test_what_is_named_as_personal_is_nowhere_in_a_line(lines: Lines, key: str) -> None:
    logger("x").info("said", **{key: PERSONAL[key]})
    logger("x").info("nested", change={key: PERSONAL[key], "code": "10"})
    assert str(PERSONAL[key]) not in json.dumps(lines(), ensure_ascii=False)
    assert lines()[1]["change"]["code"] == "10"


def test_harmless_values_stay(lines: Lines) -> None:
    logger("x").info(
        "counted",
        seconds=0.13812345678,
        rows=5000,
        sequence=12345678901234,
        graduate_id="0198c0de-1234-4000-8000-138123456789",
        day="2024-08-31",
    )
    (line,) = lines()
    assert (line["rows"], line["sequence"]) == (5000, 12345678901234)
    assert line["graduate_id"] == "0198c0de-1234-4000-8000-138123456789"
    assert (line["day"], line["seconds"]) == ("2024-08-31", 0.13812345678)


@given(st.uuids())
def test_no_id_is_taken_for_a_number_of_a_person(identifier: UUID) -> None:
    assert redacted_text(f"graduate {identifier}") == f"graduate {identifier}"


def test_an_exception_is_logged_without_its_message(lines: Lines) -> None:
    def fail() -> None:
        raise ValueError("张三 410102200001011234")

    try:
        fail()
    except ValueError:
        logger("x").exception("could not")
        logging.getLogger("library").exception("could not either")
    for line in lines():
        assert line["exception"]["type"] == "builtins.ValueError"
        assert line["exception"]["frames"][-1].endswith(" fail")
        assert "张三" not in json.dumps(line, ensure_ascii=False)


class UnknownSchool(PermanentError):
    code = "unknown_school"
    title = Message("未知院校", "Unknown school")


def test_an_error_of_ours_keeps_its_constant_text(lines: Lines) -> None:
    logger("x").error("dead letter", exc_info=UnknownSchool())
    (line,) = lines()
    assert (line["exception"]["code"], line["exception"]["message"]) == ("unknown_school", "Unknown school")


def test_bound_parameters_of_a_failed_statement_are_not_logged(lines: Lines) -> None:
    refusal = IntegrityError("INSERT", {"name": "张三"}, ValueError("Key (name)=(张三) already exists."))
    logger("x").error("could not store", exc_info=refusal)
    assert "张三" not in json.dumps(lines(), ensure_ascii=False)


async def test_the_exception_of_a_lost_task_is_not_quoted(lines: Lines) -> None:
    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "future": "<Task exception=ValueError('张三')>"}
    )
    (line,) = lines()
    assert line["event"] == "Task exception was never retrieved"
    assert "张三" not in json.dumps(line, ensure_ascii=False)


@given(st.text())
def test_no_text_breaks_or_forges_a_line(text: str) -> None:
    assert len(single_line(text).splitlines()) <= 1


def test_a_line_break_in_a_field_stays_in_its_line(lines: Lines) -> None:
    logger("x").info("said", header='a\r\n{"event": "forged"}\u2028b')
    assert [line["event"] for line in lines()] == ["said"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.text() | st.floats() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_structure_can_be_cleaned_and_written(value: Any) -> None:
    json.dumps(redacted(value), default=str)


@given(st.text(alphabet="0123456789", min_size=11, max_size=11).map(lambda digits: "13" + digits[2:]))
def test_every_mobile_number_is_found(number: str) -> None:
    assert number not in redacted_text(f"call {number} now")


def test_levels_are_respected(lines: Lines) -> None:
    configure_logging("example", "WARNING", io.StringIO())
    logger("x.quiet").info("not written")
    logging.getLogger("sqlalchemy.engine").info("SELECT")
    assert lines() == []


@given(st.sampled_from(_PATTERNS).flatmap(st.from_regex))
def test_no_text_is_passed_over_that_a_pattern_would_find(text: str) -> None:
    assert any(pattern.search(text) for pattern in _PATTERNS)
    assert redacted_text(text) != text
