"""The page of a data copy: what people read of records, and texts that must not run."""

import pytest

from registry.data_copies.domain.page import page_of

HELD = {
    "service": "registry",
    "recorded_at": "2026-11-29T01:02:03Z",
    "records": {
        "entry": [
            {"name": '<img src="x" onerror="alert(1)">', "sex_code": "2", "phone": None, "higher_vocational": True}
        ],
        "versions": [
            {"version": 1, "source": "import", "reason": None, "content": {"name": "欧阳询"}},
            {"version": 2, "source": "officer", "reason": "</td><script>alert(1)</script>", "content": {}},
        ],
        "corrections": [{"field": "campus", "proofs": [{"kind": "other"}, {"kind": "school_document"}]}],
        "letters": [{"strange_name": "…"}],
        "notices": [],
    },
}


@pytest.fixture(scope="module")
def page() -> str:
    return page_of([HELD, {"service": "surveys", "recorded_at": None, "records": {}}], ["photo.jpg", "registry.json"])


@pytest.mark.parametrize(
    "shown",
    [
        "<h2>生源信息 <small>registry</small></h2><p><small>2026-11-29T01:02:03Z</small></p>",
        "<tr><th>姓名 <small>name</small></th><td>&lt;img src=&quot;x&quot; onerror=&quot;alert(1)&quot;&gt;</td></tr>",
        "<td>女 <small>2</small></td>",
        "<td>是 yes</td>",
        "<td>文件导入 <small>import</small></td>",
        "<td>&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;</td>",
        "<tr><th>字段 <small>field</small></th><td>分校名称 <small>campus</small></td></tr>",
        "<td>other</td>",
        "<h3>letters</h3><table><tr><th>strange_name</th><td>…</td></tr></table>",
        "<h2>跟踪调查 <small>surveys</small></h2>",
        "未保存与您有关的信息",
        '<a href="photo.jpg">photo.jpg</a>',
    ],
)
def test_a_page_shows(page: str, shown: str) -> None:
    assert shown in page


@pytest.mark.parametrize("lacked", ["<script", "<img", "http://", "https://", 'onerror="', "通知", "手机号"])
def test_a_page_has_nothing_that_runs_or_comes_from_elsewhere(page: str, lacked: str) -> None:
    assert lacked not in page
