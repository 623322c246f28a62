"""A program that reads Server-Sent Events."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.acceptance.installation import Person


class Stream:
    """A program that reads text/event-stream."""

    def __init__(self, person: Person, job_id: uuid.UUID, last: int | None = None) -> None:
        headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": str(last)})
        self.response = person.get(f"/api/jobs/{job_id}/events", headers=headers, stream=True)
        self._lines = self.response.iter_lines(chunk_size=1, decode_unicode=True)  # one: a second would skip lines
        self.events: list[dict[str, Any]] = []
        self.names: list[str] = []
        self.ids: list[int] = []

    def read(self, count: int | None = None) -> Stream:
        """Read ``count`` events, or all until the server ends the stream."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if "data" in fields:
                self.events.append(json.loads(fields["data"]))
                self.names.append(fields["event"])
                self.ids.append(int(fields["id"]))
            fields = {}
            if count is not None and len(self.events) >= count:
                break
        return self
