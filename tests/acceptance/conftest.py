"""One installation for each module of tests: starting one takes seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.installation import Installation, Person, own_folder

GRACE = "4"  # seconds; shorter than the default, because several tests use all of it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts the real processes."""
    for item in items:
        if "acceptance" in item.path.parts:
            item.add_marker(pytest.mark.acceptance)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """``start.py`` with the embedded Postgres, as on a fresh machine."""
    with own_folder() as folder:
        found = Installation(folder / "data", SHUTDOWN_GRACE=GRACE).start()
        try:
            yield found
        finally:
            if found.process is not None:
                assert found.stop() == 0, found.log()[-4000:]


@pytest.fixture(scope="module")
def boss(installation: Installation) -> Person:
    """The first account, which is staff: it may run the diagnostic jobs."""
    return installation.person()
