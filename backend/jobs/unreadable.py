"""Rows that Postgres can hold and Python cannot: read all the same, so that one of them does not lose the whole claim.

A time after the year 9999 or before the year 1 becomes the nearest that there is; JSON that cannot be parsed (a thousand
levels deep) becomes None, with which the job fails. Callers see to it that no such row is made; this is for one
that was made otherwise. Tried only when reading a result has failed, so it costs nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
import structlog
from psycopg.abc import Buffer
from psycopg.adapt import Transformer
from psycopg.types.datetime import TimestamptzBinaryLoader
from psycopg.types.json import JsonbBinaryLoader

log = structlog.get_logger(__name__)

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class _NearestTime(TimestamptzBinaryLoader):
    def load(self, data: Buffer) -> datetime:
        try:
            return super().load(data)
        except psycopg.DataError:
            early = bytes(data)[0] >= 0x80  # microseconds from 2000 on, big-endian: negative
            return EARLIEST if early else LATEST


class _JsonOrNone(JsonbBinaryLoader):
    def load(self, data: Buffer) -> Any:
        try:
            return orjson.loads(bytes(data)[1:])  # the first byte is the version of the format
        except orjson.JSONDecodeError:
            return None


def read_anyhow(cursor: psycopg.Cursor[Any], error: Exception) -> list[tuple[Any, ...]]:
    """All rows of a binary result that ``fetchall`` could not read."""
    result = cursor.pgresult
    if result is None:
        raise error
    log.error("unreadable_row", error=str(error).strip())
    patient = cursor.connection.cursor(binary=True)
    patient.adapters.register_loader("timestamptz", _NearestTime)
    patient.adapters.register_loader("jsonb", _JsonOrNone)
    transformer = Transformer(patient)
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)
