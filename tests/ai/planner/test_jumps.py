"""Numbered steps that say where it goes on."""

from __future__ import annotations

import time

import pytest

from backend.ai.diagram import Flowchart, Outline
from backend.ai.planner import plan_diagram


def arrows(text: str) -> list[str]:
    planned = plan_diagram(text)
    assert isinstance(planned, Flowchart), planned
    labels = {node.key: node.label for node in planned.nodes}
    return [f"{labels[edge.source]}>{edge.label}>{labels[edge.target]}" for edge in planned.edges]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        (
            "Flow chart:\n1. Look\n2. Dry?\n   - yes: go to 4\n   - no: go to step 3\n3. Mop, then go back to 1\n4. Leave",
            ["Look>>Dry?", "Dry?>yes>Leave", "Dry?>no>Mop", "Mop>>Look"],
        ),
        (
            "1. Look\n2. Dry? (yes → 4, no → 3)\n3. Mop\n4. Leave",
            ["Look>>Dry?", "Dry?>yes>Leave", "Dry?>no>Mop", "Mop>>Leave"],
        ),
        (
            "1. Look\n2. Dry? If yes, go to step 4. If no, go to step 3.\n3. Mop\n4. Leave",
            ["Look>>Dry?", "Dry?>yes>Leave", "Dry?>no>Mop", "Mop>>Leave"],
        ),
        (
            "1. Look\n2. Dry?\n   - yes: 4\n   - no: 3\n3. Mop\n4. Leave",
            ["Look>>Dry?", "Dry?>yes>Leave", "Dry?>no>Mop", "Mop>>Leave"],
        ),
        ("1. Check\n   - if red: go to 3\n2. Drive\n3. Stop", ["Check>red>Stop", "Check>>Drive", "Drive>>Stop"]),
        (
            "Ablauf:\n1. Lesen\n2. Vollständig?\n   a) ja: weiter mit 4\n   b) nein: weiter mit Schritt 3\n"
            "3. Nachfordern und zurück zu 1\n4. Ablegen",
            ["Lesen>>Vollständig?", "Vollständig?>ja>Ablegen", "Vollständig?>nein>Nachfordern", "Nachfordern>>Lesen"],
        ),
        (
            "流程图：\n1. 下单\n2. 有货？\n  - 是：转到4\n  - 否：转到3\n3. 退款\n4. 发货",
            ["下单>>有货？", "有货？>是>发货", "有货？>否>退款", "退款>>发货"],
        ),
    ],
)
def test_a_jump_is_an_arrow_to_the_step_of_that_number(text: str, drawn: list[str]) -> None:
    assert arrows(text) == drawn


@pytest.mark.parametrize(
    "text",
    [
        "1. milk\n2. bread: 3\n3. eggs",
        "1. Read chapter 4\n2. Write\n3. Go to bed",
        "1. Is it?\n   - yes: go to 7\n2. Stop",
        "- Is it?\n  - yes: go to 2\n- Stop",
    ],
)
def test_numbers_that_are_no_jumps_leave_a_list(text: str) -> None:
    assert isinstance(plan_diagram(text), Outline)


@pytest.mark.parametrize("body", ["(" * 3000, "go to " * 900, "yes: " * 900, "go to 1 " * 900, "x" * 3000 + " -" * 900])
def test_a_hostile_step_takes_no_time(body: str) -> None:
    began = time.perf_counter()
    plan_diagram(f"1. a\n2. Is it? {body}\n3. b, go to 1")
    assert time.perf_counter() - began < 2
