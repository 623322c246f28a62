"""``make ai-quality``: every case by the planner and by each model, scored; goes on where it was stopped.

A model is one of ``AI_PROVIDERS``, or the embedded one (``EMBEDDED_MODEL`` is its file, or the worker has fetched it). It gets
what the planner leaves to it, as in the product. Each answer is kept in ``bench/results/ai-answers.jsonl`` as soon as it is
there; with ``--again`` they are asked for anew. Prints a table, and writes a sheet of all drawings of each engine beside it.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from backend.ai.calling.provider import ProviderFault
from backend.ai.drawing.errors import DrawingError
from backend.ai.embedded.machine import memory_bytes, processors
from backend.ai.generation import NeedsModel
from backend.ai.planner import PlanError
from backend.config import ROOT, Settings
from tests.ai.quality.answers import Model, models
from tests.ai.quality.cases import HALVES, Case, Half, read_cases
from tests.ai.quality.report import Row, sheet_of, table
from tests.ai.quality.scoring import draw_case, problems

RESULTS = ROOT / "bench" / "results"


def main() -> None:
    """Do the cases, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="forget earlier answers")
    parser.add_argument("--half", choices=HALVES, action="append", help="only this half")
    parser.add_argument("--case", action="append", help="only this case")
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = RESULTS / "ai-answers.jsonl"
    if arguments.again:
        kept.unlink(missing_ok=True)
    cases = [
        (half, case)
        for half in arguments.half or HALVES
        for case in read_cases(half)
        if arguments.case is None or case.id in arguments.case
    ]
    rows: list[Row] = []
    with models(Settings.from_env(), kept) as found:
        for model in (None, *found):
            rows += _done(cases, model)
    print(f"\n{_machine()}\n\n{table(rows)}")
    for maker in sorted({row.maker for row in rows if row.engine}):
        sheet_of(rows, maker, RESULTS / f"ai-{maker}.svg")


def _done(cases: Sequence[tuple[Half, Case]], model: Model | None) -> Iterator[Row]:
    for half, case in cases:
        row = _row(half, case, model)
        if model is not None and row.engine == "planner":
            continue  # it has its row
        told = f"{row.seconds:.1f} s {row.problems[:3]}" if row.engine else "left to a model"
        print(f"{row.engine or 'planner'} · {case.id}: {told}", flush=True)
        yield row


def _row(half: Half, case: Case, model: Model | None) -> Row:
    row = Row(case.id, half, model.provider.name if model else "planner")
    began = time.monotonic()
    if model:
        model.begin()

    def shown() -> None:
        if row.first is None:
            row.first = model.now if model else time.monotonic() - began

    try:
        drawn = draw_case(case, model.ask if model else None, shown)
        row.engine = drawn.engine
        if drawn.engine == "planner" and not case.structured:
            row.engine = "planner, empty form"
        row.problems = problems(case, drawn)
        row.elements = [each for each in drawn.after if not each["isDeleted"]]
    except NeedsModel:
        row.engine = ""  # nobody was there who could answer
    except (PlanError, DrawingError, ProviderFault) as error:
        row.problems = [str(error)]
    row.seconds = model.spent if model and row.engine == model.provider.name else time.monotonic() - began
    if model:
        row.calls, row.tokens_in, row.tokens_out = model.calls, model.tokens_in, model.tokens_out
    return row


def _machine() -> str:
    """What the figures were measured on."""
    try:
        found = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        name = next(line.split(":")[1].strip() for line in found.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.machine()
    return f"{processors()} processors ({name}), {memory_bytes() / 2**30:.0f} GiB of memory"


if __name__ == "__main__":
    main()
