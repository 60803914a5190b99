"""Rows of files without names."""

from collections.abc import Callable

import httpx

Client = Callable[..., httpx.AsyncClient]


async def test_a_row_without_a_name_means_who_has_the_examinee_number(
    client: Client, officer: httpx.AsyncClient, school: str
) -> None:
    body = {"school_code": school, "cohort": 2024, "student_number": "77", "name": "李四", "exam_number": "E77"}
    made = (await officer.post("/v1/graduates", json=body)).json()
    rows = [
        {"row": 2, "exam_number": "E77"},
        {"row": 3, "exam_number": "E78"},
        {"row": 4, "student_number": "77"},
        {"row": 5, "student_number": "77", "exam_number": "E77"},
        {"row": 6, "exam_number": "E77", "name": "王五"},
    ]
    asked = {"school_code": school, "cohort": 2024, "rows": rows}
    answered = (await client("system").post("/v1/graduates/resolve", json=asked)).json()["rows"]
    assert answered[0]["graduate_id"] == made["id"]
    assert [each["problem"] for each in answered[1:]] == ["not_found", *["name_mismatch"] * 3]
