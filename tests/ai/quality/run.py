"""``make ai-quality``: every case, by the planner and by the models of ``AI_PROVIDERS``; goes on where it was stopped.

Each answer is kept in ``bench/results/ai-quality.jsonl`` as soon as it is there; with ``--again`` they are made anew. Prints
a table per engine, and writes a sheet of all drawings (``bench/results/ai-quality.svg``).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from backend.ai.calling.chain import Parsed, ask
from backend.ai.calling.provider import ModelCall, ProviderFault
from backend.ai.drawing.errors import DrawingError
from backend.ai.generation import Ask, NeedsModel
from backend.ai.planner import PlanError
from backend.config import ROOT, ProviderSettings, Settings
from tests.ai.calling.callers import TestCaller
from tests.ai.quality.cases import HALVES, Case, Half, read_cases
from tests.ai.quality.scoring import draw_case, problems
from tests.ai.quality.sheet import write_sheet

T = TypeVar("T")
RESULTS = ROOT / "bench" / "results" / "ai-quality.jsonl"
SHEET = ROOT / "bench" / "results" / "ai-quality.svg"

Row = dict[str, Any]


def main() -> None:
    """Do what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="forget earlier answers")
    parser.add_argument("--half", choices=HALVES, action="append", help="only this half")
    arguments = parser.parse_args()
    if arguments.again:
        RESULTS.unlink(missing_ok=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    providers = Settings.from_env().providers
    asking = _asking(providers) if providers else None
    rows = _read()
    for half in arguments.half or HALVES:
        for case in read_cases(half):
            if (case.id, bool(providers)) not in {(row["case"], row["with_models"]) for row in rows}:
                rows.append(_done(case, half, asking))
                with RESULTS.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(rows[-1], ensure_ascii=False) + "\n")
    print(table(rows))
    write_sheet([(f"{row['case']} · {row['engine']}", row["elements"]) for row in rows if row["elements"]], SHEET)


def table(rows: list[Row]) -> str:
    """How many cases each engine did, and did right, by half. A case counts for the engine that answered."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["engine"]:
            counts[row["engine"], row["half"]][0] += 1
            counts[row["engine"], row["half"]][1] += not row["problems"]
    lines = ["| engine | half | cases | structurally right |", "| --- | --- | --- | --- |"]
    for (engine, half), (cases, right) in sorted(counts.items()):
        lines.append(f"| {engine} | {half.replace('_', ' ')} | {cases} | {right} ({right / cases:.0%}) |")
    wrong = [
        f"- {row['case']} ({row['engine']}): {'; '.join(row['problems'])[:300]}" for row in rows if row["problems"]
    ]
    return "\n".join([*lines, *(["", *wrong] if wrong else [])])


def _done(case: Case, half: Half, asking: Ask | None) -> Row:
    began = time.monotonic()
    row: Row = {
        "case": case.id,
        "half": half,
        "with_models": asking is not None,
        "engine": "",
        "problems": [],
        "elements": [],
    }
    try:
        drawn = draw_case(case, asking)
        empty = drawn.engine == "planner" and not case.structured
        row.update(engine=f"{drawn.engine}{', empty form' if empty else ''}", problems=problems(case, drawn))
        row["elements"] = [each for each in drawn.after if not each["isDeleted"]]
    except NeedsModel:
        pass  # nobody was there who could answer
    except (PlanError, DrawingError, ProviderFault) as error:
        row.update(engine="models" if asking else "planner", problems=[str(error)])
    row["seconds"] = round(time.monotonic() - began, 1)
    print(f"{case.id}: {row['engine'] or 'left to a model'}, {row['seconds']} s {row['problems'][:3]}", flush=True)
    return row


def _asking(providers: tuple[ProviderSettings, ...]) -> Ask:
    def run(call: ModelCall, parse: Callable[[Any], T], on_growth: Callable[[Any], None]) -> Parsed[T]:
        return ask(providers, call, parse, TestCaller(), lambda _text: None)

    return run


def _read() -> list[Row]:
    with contextlib.suppress(FileNotFoundError):
        return [json.loads(line) for line in Path(RESULTS).read_text(encoding="utf-8").splitlines()]
    return []


if __name__ == "__main__":
    main()
