"""The front end's API types, generated from the document that the server serves.

``python tools/api_types.py`` writes ``frontend/src/lib/api-schema.d.ts``; with ``--check`` it only
says whether the file is current.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from backend.app import create_app  # noqa: E402 - the project is not an installed package
from backend.config import Settings  # noqa: E402
from backend.extensions import api  # noqa: E402

TYPES = ROOT / "frontend" / "src" / "lib" / "api-schema.d.ts"
# The document does not depend on the installation, but the factory wants a complete one; nothing is connected to.
SETTINGS = {
    "DATABASE_URL": "postgresql:///none",
    "SECRET_KEY": "only-to-print-the-document-0123456789",
    "ASYNC_MODE": "threading",
}


def generate() -> str:
    """The TypeScript declarations of the present routes."""
    app = create_app(Settings.from_env(SETTINGS))
    with app.app_context(), tempfile.TemporaryDirectory() as directory:
        document = Path(directory, "openapi.json")
        document.write_text(json.dumps(api.spec.to_dict(), sort_keys=True))
        target = Path(directory, "schema.d.ts")
        node_bin = ROOT / "frontend" / "node_modules" / ".bin"
        # A field with a default need not be sent: without the option the types would demand it.
        openapi_typescript = ["openapi-typescript", str(document), "--default-non-nullable", "false", "-o", str(target)]
        for command in (openapi_typescript, ["prettier", "--write", str(target)]):
            subprocess.run(
                [str(node_bin / command[0]), *command[1:]], cwd=ROOT / "frontend", check=True, capture_output=True
            )
        return target.read_text()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if the file is not current")
    check = parser.parse_args().check
    wanted = generate()
    if TYPES.exists() and TYPES.read_text() == wanted:
        return 0
    if check:
        print(f"{TYPES.relative_to(ROOT)} does not match the routes: run python tools/api_types.py", file=sys.stderr)
        return 1
    TYPES.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
