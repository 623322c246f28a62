"""The rooms of the engine import one way. import-linter says the same of the packages of the application (pyproject.toml)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
ENGINE = PROJECT / "backend/jobs"
MAP = PROJECT / "docs/architecture.md"

# From the ground up. A room may import from itself and from the floors below it, never from a neighbour on its own floor.
FLOORS: tuple[tuple[str, ...], ...] = (
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
)
# Modules that stand in no folder.
TOP = {
    "nouns": (
        *(
            "acts",
            "engine_settings",
            "hints",
            "job",
            "models",
            "options",
            "outcome",
            "payload",
            "plain_schema",
            "registry",
        ),
        *("retry", "run_log", "signals", "unique"),
    ),
    "statements": ("bulk_store", "failures", "link", "outage", "session_hints", "store", "unreadable"),
    "making": ("enqueue", "enqueue_many"),
    "doors": ("actions", "batches", "bulk", "family", "service", "tasks"),
    "testing": ("testing",),
}
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
ROOM_OF_TOP = {module: room for room, modules in TOP.items() for module in modules}


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


def modules() -> dict[str, Path]:
    """Every module of the engine by its name below ``backend.jobs``, but for the door itself (``__init__``)."""
    found = {}
    for path in ENGINE.rglob("*.py"):
        parts = path.relative_to(ENGINE).with_suffix("").parts
        if parts != ("__init__",):
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def room_of(module: str, path: Path) -> str:
    """The folder of a module, or its room by name."""
    return module.split(".", maxsplit=1)[0] if path.parent != ENGINE else ROOM_OF_TOP[module]


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


def edges() -> Iterator[tuple[str, str, str]]:
    """Every import that leaves a room: the module, its room, the other room."""
    known = modules()
    for module, path in known.items():
        for name in imports(path):
            if not f"{name}.".startswith("backend.jobs."):
                continue
            imported = name.removeprefix("backend.jobs.")
            target = imported if imported in known else imported.rpartition(".")[0]
            assert target in known, f"{module} imports {imported} through the door of the engine"
            here, there = room_of(module, path), room_of(target, known[target])
            if here != there:
                yield module, here, there


def test_every_module_of_the_engine_has_a_room() -> None:
    named = set(ROOM_OF_TOP) | {room for rooms in FLOORS for room in rooms if room not in TOP}
    found = {module.split(".", maxsplit=1)[0] for module in modules()}
    assert found == named


def test_rooms_of_the_engine_import_downwards_alone() -> None:
    wrong = [
        f"{module} ({here}) imports {there}" for module, here, there in edges() if FLOOR_OF[here] <= FLOOR_OF[there]
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


@pytest.mark.parametrize("room", sorted(FLOOR_OF))
def test_the_map_names_every_room(room: str) -> None:
    assert f"`{room}`" in MAP.read_text(encoding="utf-8"), f"docs/architecture.md has no row for {room}"
