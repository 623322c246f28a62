"""docs/operations.md says what is: every setting with its default, every command, links that lead somewhere."""

from __future__ import annotations

import re

from backend.config import ROOT
from backend.jobs.cli import acting, changing, looking, steering
from backend.jobs.cli.group import jobs_commands
from tests.test_config import example_values

DOC = (ROOT / "docs" / "operations.md").read_text()
COMMANDS = (acting, changing, looking, steering)  # importing them fills the group


def test_every_setting_stands_in_the_table_with_its_default_and_a_meaning() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|–) \| (.+) \|$", DOC, re.MULTILINE)
    documented = {name: default for name, default, _ in rows}
    assert documented == example_values(), "docs/operations.md and .env.example differ: add the row, or correct it"
    assert all(len(meaning) > 10 for _, _, meaning in rows)


def test_every_command_is_mentioned_and_none_that_does_not_exist() -> None:
    assert COMMANDS
    mentioned = set(re.findall(r"`jobs ([a-z-]+)", DOC))
    assert mentioned == set(jobs_commands.commands)


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in re.findall(r"^#+ (.+)$", DOC, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", DOC):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (ROOT / "docs" / target.partition("#")[0]).exists(), target
    for page in ("README.md", "docs/architecture.md"):
        assert "operations.md" in (ROOT / page).read_text()
