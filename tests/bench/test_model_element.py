"""The tap of the bench: what goes through it arrives as it was said, and the first part is noted when it has gone by."""

from __future__ import annotations

import json
import threading

import requests

from backend.ai.kinds.flowchart import FLOWCHART
from bench.model_element import MODEL, Tap
from tests.ai.protocol_server import Answer, ProtocolServer
from tests.ai.test_create_canvas import CHART

CHUNK = 8


def test_a_tap_passes_the_stream_on_and_notes_its_first_part() -> None:
    gate = threading.Event()
    silent = Answer(text=CHART, chunk=CHUNK, gate=gate, gate_after=json.dumps(CHART).index('"Report arrives"') // CHUNK)
    form = {"type": "json_schema", "json_schema": {"name": "chart", "strict": True, "schema": FLOWCHART.schema}}
    body = {"model": MODEL, "messages": [{"role": "user", "content": "?"}], "stream": True, "response_format": form}
    with ProtocolServer(models=(MODEL,)) as server, Tap(server.url, server.key) as tap:
        server.script(silent)
        threading.Thread(target=tap.serve_forever, daemon=True).start()
        with requests.post(
            f"{tap.provider['base_url']}/chat/completions", json=body, stream=True, timeout=30
        ) as answer:
            lines = answer.iter_lines(chunk_size=1)
            said = next(line for line in lines if b'"content": ""' in line)  # the model has stopped to think
            before = tap.first_part
            gate.set()
            said += b"".join(lines)
        tap.shutdown()
    assert before is None
    assert tap.first_part is not None
    assert b'"finish_reason": "stop"' in said
    assert said.endswith(b"data: [DONE]")
