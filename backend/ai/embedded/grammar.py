"""The schema of an answer as a grammar of llama.cpp that leaves a small model less room than JSON does.

Without blanks between the tokens: a model that lays its JSON out in lines writes a third more tokens. With bounds for every
list, and none for texts: a bound would cut them in the middle of a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

# Entries of a list, of one inside of it, and of one inside of that: a small model that goes on for longer repeats itself.
MOST = (12, 6, 2)
MOST_EVER = 60

# What descriptions of texts say (``backend.ai.kinds.kind``).
MAYBE, FILLED = "may be empty", "never empty"

_TEXT = r'"\"" [^"\\\x00-\x20\x7f] ( [^"\\\x00-\x1f\x7f] | "\\" ["\\/] )* "\""'
_MAYBE = r'"\"\"" | text'


def grammar_of(schema: Mapping[str, Any], most: int = 0) -> str:
    """The rules that exactly the answers of ``schema`` follow, within the bounds above; outer lists may have ``most`` entries.

    Texts in lists are not empty, nor is the first text of an object: it says what the object is.
    """
    rules = {"text": _TEXT, "maybe": _MAYBE}
    writer = _Writer(rules, min(most, MOST_EVER))
    rules.update({name: writer.value(part, name, 0) for name, part in schema.get("$defs", {}).items()})
    rules["root"] = writer.value(schema, "root", 0)
    return "\n".join(f"{name} ::= {body}" for name, body in rules.items())


class _Writer:
    def __init__(self, rules: dict[str, str], most: int) -> None:
        self._rules = rules
        self._bounds = (max(MOST[0], most), *MOST[1:])

    def value(self, schema: Mapping[str, Any], name: str, depth: int) -> str:
        """What a value may be; the rules that it needs are added under names that begin with ``name``."""
        match schema:
            case {"$ref": str(place)}:
                body = place.rpartition("/")[2]
            case {"enum": values}:
                body = _either(_literal(json.dumps(value, ensure_ascii=False)) for value in values)
            case {"anyOf": parts}:
                body = _either(self.value(part, f"{name}-{number}", depth) for number, part in enumerate(parts))
            case {"type": "string"}:
                body = "text" if schema.get("description") == FILLED else "maybe"
            case {"type": "boolean"}:
                body = '( "true" | "false" )'
            case {"type": "array"}:
                body = self._list(schema, name, depth)
            case _:
                body = self._object(schema["properties"], name, depth)
        return body

    def _object(self, properties: Mapping[str, Any], name: str, depth: int) -> str:
        first = next((key for key, part in properties.items() if _is_text(part)), None)
        parts = (
            f"{_literal(json.dumps(key, ensure_ascii=False) + ':')} "
            f"{'text' if key == first else self.value(part, f'{name}-{number}', depth)}"
            for number, (key, part) in enumerate(properties.items())
        )
        return " ".join(filter(None, ('"{"', ' "," '.join(parts), '"}"')))

    def _list(self, schema: Mapping[str, Any], name: str, depth: int) -> str:
        items, entry = schema["items"], f"{name}-e"
        self._rules[entry] = "text" if _is_text(items) else self.value(items, entry, depth + 1)
        bound = self._bounds[min(depth, len(MOST) - 1)]
        most = min(schema.get("maxItems", bound), bound)
        least = min(schema.get("minItems", 0), most)
        body = f'{entry} ( "," {entry} ){{{max(0, least - 1)},{most - 1}}}'
        return f'"[" {body} "]"' if least else f'"[" ( {body} )? "]"'


def _is_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and "enum" not in schema and schema.get("description") != MAYBE


def _either(bodies: Iterable[str]) -> str:
    return f"( {' | '.join(bodies)} )"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
