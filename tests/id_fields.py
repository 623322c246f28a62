"""Where a request can name something that may belong to somebody else, read off the application: no place is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from marshmallow import fields

from backend.jobs.registry import all_tasks

METHODS = ("get", "put", "post", "delete", "patch")


def declared_ids(app: Flask) -> set[tuple[str, str, str]]:
    """(method, path as OpenAPI writes it, name) of each id in the query or the body of an operation."""
    description = app.test_client().get("/api/openapi.json").json
    assert description is not None
    schemas = description["components"]["schemas"]
    found = set()
    for path, operations in description["paths"].items():
        for method in set(METHODS) & operations.keys():
            operation = operations[method]
            for name in (*_ids_of_query(operation), *_ids_of_body(operation, schemas)):
                found.add((method.upper(), path, name))
    return found


def ids_in_tasks() -> dict[str, set[str]]:
    """The ids in the request of each type of job of the application's that has any; tests declare some of their own."""
    found = {}
    for task in all_tasks():
        if not task.handler.__module__.startswith("backend."):
            continue
        names = {name for name, field in task.schema.fields.items() if _is_id(name, field)}
        if names:
            found[task.name] = names
    return found


def names_in(value: Any) -> set[str]:
    """Every name in a body."""
    if isinstance(value, Mapping):
        return set(value) | {name for inner in value.values() for name in names_in(inner)}
    if isinstance(value, list):
        return {name for inner in value for name in names_in(inner)}
    return set()


def _ids_of_query(operation: dict[str, Any]) -> Iterator[str]:
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") == "query" and _describes_id(parameter["name"], parameter.get("schema", {})):
            yield parameter["name"]


def _ids_of_body(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _ids_of_schema(content.get("schema", {}), schemas, frozenset())


def _ids_of_schema(schema: dict[str, Any], schemas: dict[str, Any], seen: frozenset[str]) -> Iterator[str]:
    for part in (schema, *schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        reference = part.get("$ref", "").rpartition("/")[2]
        if reference and reference not in seen:
            yield from _ids_of_schema(schemas[reference], schemas, seen | {reference})
        if "items" in part:
            yield from _ids_of_schema(part["items"], schemas, seen)
        for name, inner in part.get("properties", {}).items():
            if _describes_id(name, inner):
                yield name
            else:
                yield from _ids_of_schema(inner, schemas, seen)


def _describes_id(name: str, schema: dict[str, Any]) -> bool:
    return "uuid" in (schema.get("format"), schema.get("items", {}).get("format")) or _is_called_id(name)


def _is_id(name: str, field: fields.Field[Any]) -> bool:
    inner = field.inner if isinstance(field, fields.List) else field
    return isinstance(inner, fields.UUID) or _is_called_id(name)


def _is_called_id(name: str) -> bool:
    return name in ("id", "ids") or name.endswith(("_id", "_ids"))
