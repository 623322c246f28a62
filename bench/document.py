"""``python -m bench.document bars < bench/results/latest.md``: put measured tables into docs/performance.md.

The document marks each table's place; what stands between its marks is replaced by the standard input.
"""

from __future__ import annotations

import sys
from pathlib import Path

from backend.config import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"


def main(arguments: list[str] | None = None) -> int:
    """Replace one table; the argument is its name."""
    names = sys.argv[1:] if arguments is None else arguments
    if len(names) != 1:
        sys.exit("usage: python -m bench.document NAME < table.md")
    put(DOCUMENT, names[0], sys.stdin.read())
    return 0


def put(document: Path, name: str, text: str) -> None:
    """Write ``text`` between the marks of ``name``. Exits if the document has no such marks, or there is no text."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = document.read_text().partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        sys.exit(f"{document.name} has no place called {name!r}")
    if not text.strip():
        sys.exit("there is nothing to put there")
    document.write_text(before + begin + text.strip() + "\n" + end + after)


if __name__ == "__main__":
    sys.exit(main())
