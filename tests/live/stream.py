"""Programs that read Server-Sent Events: of one job, and of all that a page hears."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

from tests.acceptance.installation import Person, eventually


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


class PageStream:
    """Reads ``GET /api/events`` in a thread, as a page does."""

    def __init__(self, person: Person) -> None:
        self.response = person.http.get(f"{person.base_url}/api/events", stream=True, timeout=60)
        assert self.response.status_code == 200, self.response.text
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        eventually(lambda: self.heard, "ready")

    def of(self, job_id: object) -> list[tuple[int, str]]:
        return [(body["seq"], body["type"]) for _, body in self.heard if body.get("job_id") == str(job_id)]

    def _read(self) -> None:
        name = ""
        for line in self.response.iter_lines(chunk_size=1, decode_unicode=True):
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            if field == "data":
                self.heard.append((name, json.loads(value)))
        self.ended.set()
