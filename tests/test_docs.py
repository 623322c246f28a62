"""docs/job-lifecycle.md names each statement that gives a job a state, and none that there is not; all links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.config import ROOT

PAGE = (ROOT / "docs/job-lifecycle.md").read_text(encoding="utf-8")
QUERIES = ROOT / "backend/jobs/queries"
TABLE_ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")]
ASSIGNS_STATUS = re.compile(r"(?<![.\w])status\s*=(?!=)")


def without_comments(sql: str) -> str:
    """The statement alone."""
    return re.sub(r"--[^\n]*", "", sql)


def assignments(sql: str) -> Iterator[str]:
    """What the UPDATEs of ai_job in ``sql`` set, up to what says which rows."""
    for found in re.finditer(r"UPDATE\s+ai_job\s+SET\b", sql):
        depth, end = 0, found.end()
        for token in re.finditer(r"[()]|\b(?:CASE|END|FROM|WHERE|RETURNING)\b", sql[found.end() :]):
            word = token.group()
            depth += word in {"(", "CASE"}
            depth -= word in {")", "END"}
            end = found.end() + token.start()
            if depth < 0 or (depth == 0 and word in {"FROM", "WHERE", "RETURNING"}):
                break
        yield sql[found.end() : end]


def writes_status(sql: str) -> bool:
    """Whether a statement makes a job, deletes one, or gives one a state."""
    sql = without_comments(sql)
    return (
        re.search(r"INSERT\s+INTO\s+ai_job\s*\(|DELETE\s+FROM\s+ai_job\b(?!_)", sql) is not None
        or any(ASSIGNS_STATUS.search(part) for part in assignments(sql))
    )  # fmt: skip


WRITERS = sorted(path.stem for path in QUERIES.glob("*.sql") if writes_status(path.read_text(encoding="utf-8")))


def test_the_look_at_statements_finds_every_way_of_writing_a_state() -> None:
    assert {"enqueue_job", "claim_jobs", "settle_jobs", "leave_flight", "prune_jobs"} <= set(WRITERS)
    assert not {"renew_leases", "request_cancel", "promote_jobs", "why_waiting"} & set(WRITERS)
    assert not writes_status("UPDATE ai_job SET runnable = true WHERE status = 'queued'")
    assert not writes_status("-- UPDATE ai_job SET status = 'queued'\nDELETE FROM ai_job_event WHERE true")
    assert writes_status("UPDATE ai_job SET runnable = (SELECT true FROM x WHERE y), status = 'queued' WHERE true")


@pytest.mark.parametrize("statement", WRITERS)
def test_every_statement_that_writes_a_state_has_a_row(statement: str) -> None:
    assert any(f"`{statement}`" in row for row in TABLE_ROWS), f"docs/job-lifecycle.md: no row names {statement}.sql"


def test_the_page_names_no_statement_that_does_not_exist() -> None:
    known = {path.stem for path in QUERIES.glob("*.sql")}
    named = set()
    for row in TABLE_ROWS:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        if len(cells) == 5:  # transition, who, statement, guard, event
            named.update(re.findall(r"`([a-z]+_[a-z_]+)`", cells[2]))
    assert len(named) > 30
    assert named - {"claim_ended"} <= known  # a trigger


def test_nothing_else_writes_a_state() -> None:
    """No Python code, and none of the functions that the database keeps."""
    sources = [path for path in (ROOT / "backend").rglob("*.py") if "__pycache__" not in path.parts]
    sources += (ROOT / "migrations").glob("*.sql")
    wrong = [str(path.relative_to(ROOT)) for path in sources if writes_status(path.read_text(encoding="utf-8"))]
    assert wrong == []


PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        there = page if not name else (page.parent / name).resolve()
        assert there.exists(), target
        assert not anchor or anchor in headings(there), target


IMAGES = sorted((ROOT / "docs/images").glob("*.png"))
MOST_BYTES = 200_000


@pytest.mark.parametrize("image", IMAGES, ids=lambda image: image.name)
def test_every_picture_is_shown_somewhere_small_and_made_by_a_test(image: Path) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert any(f"images/{image.name})" in page.read_text(encoding="utf-8") for page in pages), "no page shows it"
    assert image.stat().st_size < MOST_BYTES
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/browser").glob("test_*.py"))
    assert len(re.findall(rf'shot\(\w+, "{re.escape(image.stem)}"\)', tests)) == 1, "one browser test makes it"
