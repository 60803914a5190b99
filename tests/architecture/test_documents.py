"""Every link between documents leads somewhere: to a file, and in it to a heading."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
TEST = re.compile(r"`([a-z0-9_/]+\.py)::(test_\w+)`")
NAMED = re.compile(r"`((?:docs|libs|services|deploy|tests)/[\w./-]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


FOLDERS = ("docs", "libs", "services", "deploy", "tests")
PAGES = [*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))]


@cache
def anchors(page: Path) -> frozenset[str]:
    """As GitHub makes them of headings."""
    headings = HEADING.findall(FENCED.sub("", page.read_text("utf-8")))
    return frozenset(re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings)


def leads_nowhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return not target.exists() or bool(anchor and target.suffix == ".md" and anchor not in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [each for each in LINK.findall(FENCED.sub("", page.read_text("utf-8"))) if "://" not in each]
    assert [link for link in links if leads_nowhere(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_that_a_page_names_exist(page: Path) -> None:
    named = TEST.findall(page.read_text("utf-8"))
    assert [(path, test) for path, test in named if not stands(ROOT / path, test)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_places_that_a_page_names_exist(page: Path) -> None:
    named = NAMED.findall(page.read_text("utf-8"))
    assert [place for place in named if not ((ROOT / place).exists() or (page.parent / place).exists())] == []


def test_the_first_page_names_every_page_of_both_languages() -> None:
    named = {link.partition("#")[0] for link in LINK.findall((ROOT / "README.md").read_text("utf-8"))}
    assert (
        sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md") if f"docs/{page.name}" not in named)
        == []
    )


def test_every_prohibition_has_a_test() -> None:
    lines = [
        line for line in (ROOT / "docs/prohibitions.md").read_text("utf-8").splitlines() if re.match(r"\| .*不", line)
    ]
    assert len(lines) == 4 + 3
    assert [line for line in lines if not TEST.search(line)] == []


def stands(module: Path, test: str) -> bool:
    return module.exists() and bool(re.search(rf"^(async )?def {test}\(", module.read_text("utf-8"), re.MULTILINE))
