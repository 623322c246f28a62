"""The rooms of the engine and of the AI import one way. import-linter says the same of the packages (pyproject.toml)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
MAP = PROJECT / "docs/architecture.md"


@dataclass(frozen=True)
class House:
    """A package of rooms: folders, and groups of the modules that stand in none.

    ``floors`` are named from the ground up: a room may import from itself and from the floors below it, never from a
    neighbour on its own floor.
    """

    package: str
    floors: tuple[tuple[str, ...], ...]
    top: dict[str, tuple[str, ...]]

    def floor_of(self, room: str) -> int:
        """The number of a room's floor."""
        return next(number for number, rooms in enumerate(self.floors) if room in rooms)

    def room_of(self, module: str, path: Path) -> str:
        """The folder of a module, or its room by name."""
        if path.parent != self.folder:
            return module.split(".", maxsplit=1)[0]
        return next(room for room, modules in self.top.items() if module in modules)

    @property
    def folder(self) -> Path:
        """Where it stands."""
        return PROJECT.joinpath(*self.package.split("."))

    def modules(self) -> dict[str, Path]:
        """Every module by its name below the package, but for the door itself (``__init__``)."""
        found = {}
        for path in self.folder.rglob("*.py"):
            parts = path.relative_to(self.folder).with_suffix("").parts
            if parts != ("__init__",):
                found[".".join(parts).removesuffix(".__init__")] = path
        return found

    def edges(self) -> Iterator[tuple[str, str, str]]:
        """Every import that leaves a room: the module, its room, the other room."""
        known = self.modules()
        for module, path in known.items():
            for name in imports(path):
                if not f"{name}.".startswith(f"{self.package}."):
                    continue
                imported = name.removeprefix(f"{self.package}.")
                target = imported if imported in known else imported.rpartition(".")[0]
                assert target in known, f"{module} imports {imported} through the door of {self.package}"
                here, there = self.room_of(module, path), self.room_of(target, known[target])
                if here != there:
                    yield module, here, there


ENGINE = House(
    "backend.jobs",
    floors=(
        ("nouns",),
        ("statements",),
        ("admission", "caching", "history", "upkeep"),
        ("forecast", "making"),
        ("flows",),
        ("handling",),
        ("doors", "processes"),
        ("runtime",),
        ("http", "testing"),
        ("cli",),
    ),
    top={
        "nouns": (
            *("acts", "engine_settings", "hints", "job", "models", "options", "outcome", "payload", "plain_schema"),
            *("registry", "retry", "run_log", "signals", "unique"),
        ),
        "statements": ("bulk_store", "failures", "link", "outage", "session_hints", "store", "unreadable"),
        "making": ("enqueue", "enqueue_many"),
        "doors": ("actions", "batches", "bulk", "family", "service", "tasks"),
        "testing": ("testing",),
    },
)
AI = House(
    "backend.ai",
    floors=(
        ("words",),
        ("calling", "drawing", "planner"),
        ("changes", "embedded", "kinds", "streaming"),
        ("generating", "placing", "providers"),
        ("requests",),
        ("enhancing",),
        ("work",),
    ),
    top={
        "words": ("diagram", "headings", "language", "models", "named", "operations", "variants"),
        "generating": ("generation", "prompts"),
        "placing": ("drafts", "drawing_job", "growing_changes", "growing_drawing"),
        "requests": ("estimates", "routes", "schemas", "service"),
        "work": ("tasks", "warm_up"),
    },
)
HOUSES = pytest.mark.parametrize("house", [ENGINE, AI], ids=lambda house: house.package)


def package_of(module: str) -> str:
    """The part of ``backend`` that a module belongs to."""
    return [*module.split("."), ""][1]


def test_packages_of_the_application_import_in_no_circle() -> None:
    graph: dict[str, set[str]] = {}
    for path in (PROJECT / "backend").rglob("*.py"):
        here = package_of(".".join(path.relative_to(PROJECT).with_suffix("").parts))
        there = {package_of(name) for name in imports(path)}
        graph.setdefault(here, set()).update(there - {here, ""})
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError
    assert order.index("db") < order.index("jobs") < order.index("live") < order.index("canvases") < order.index("app")


def imports(path: Path) -> Iterator[str]:
    """What a module imports of the application when it runs, by full names. Imports for types alone make no circle."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("backend"))
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("backend"):
            yield from (f"{node.module}.{name.name}" for name in node.names)


@HOUSES
def test_every_module_has_a_room(house: House) -> None:
    grouped = {module for modules in house.top.values() for module in modules}
    named = grouped | {room for rooms in house.floors for room in rooms if room not in house.top}
    assert {module.split(".", maxsplit=1)[0] for module in house.modules()} == named


@HOUSES
def test_rooms_import_downwards_alone(house: House) -> None:
    wrong = [
        f"{module} ({here}) imports {there}"
        for module, here, there in house.edges()
        if house.floor_of(here) <= house.floor_of(there)
    ]
    assert not wrong


def test_the_look_at_imports_sees_each_way_of_writing_one(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text(
        "from typing import TYPE_CHECKING\n"
        "import backend.jobs.store\n"
        "from backend.jobs import retry\n"
        "from backend.jobs.flows.flow import chain\n"
        "if TYPE_CHECKING:\n    from backend.jobs.runtime.worker import Worker\n"
        "def late():\n    from backend.jobs.http import views\n"
    )
    assert {name.removeprefix("backend.jobs.") for name in imports(source)} == {
        "store",
        "retry",
        "flows.flow.chain",
        "http.views",
    }


@HOUSES
def test_the_map_names_every_room(house: House) -> None:
    words = MAP.read_text(encoding="utf-8")
    missing = [room for rooms in house.floors for room in rooms if f"| `{room}` |" not in words]
    assert not missing, f"docs/architecture.md has no row for {missing}"
