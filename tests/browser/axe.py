"""axe-core on a page of ours: what it calls serious or critical is a fault."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from backend.config import ROOT

SCRIPT = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


def serious_faults(page: Page, within: str | None = None) -> list[str]:
    """Of the page, or of what a selector finds: each fault with the place of its first element.

    The script comes by the debugger: the page's policy allows none.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT.read_text())
    found: dict[str, Any] = page.evaluate(
        "within => axe.run(within ?? document, {resultTypes: ['violations']})", within
    )
    return [
        f"{fault['id']}: {fault['help']} ({len(fault['nodes'])}): {fault['nodes'][0]['html'][:200]}"
        f" {fault['nodes'][0].get('failureSummary', '')[:200]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]
