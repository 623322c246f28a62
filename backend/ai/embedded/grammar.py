"""The schema of an answer as a grammar of llama.cpp that leaves a small model less room than JSON does.

Without blanks between the tokens: a model that lays its JSON out in lines writes a third more tokens. With bounds for every
list, and none for texts: a bound would cut them in the middle of a word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# Entries of a list, of one inside of it, and of one inside of that: a small model that goes on for longer repeats itself.
MOST = (10, 5, 2)

_TEXT = r'"\"" [^"\\\x00-\x20\x7f] ( [^"\\\x00-\x1f\x7f] | "\\" ["\\/] )* "\""'
_MAYBE = r'"\"\"" | text'


def grammar_of(schema: Mapping[str, Any]) -> str:
    """The rules that exactly the answers of ``schema`` follow, within the bounds above.

    Texts in lists are not empty, nor is the first one of an object: it says what the object is.
    """
    rules = {"text": _TEXT, "maybe": _MAYBE}
    rules["root"] = _Writer(rules).value(schema, "root", 0)
    return "\n".join(f"{name} ::= {body}" for name, body in rules.items())


class _Writer:
    def __init__(self, rules: dict[str, str]) -> None:
        self._rules = rules

    def value(self, schema: Mapping[str, Any], name: str, depth: int) -> str:
        """What a value may be; the rules that it needs are added under names that begin with ``name``."""
        if "enum" in schema:
            values = (_literal(json.dumps(value, ensure_ascii=False)) for value in schema["enum"])
            return f"( {' | '.join(values)} )"
        match schema["type"]:
            case "string":
                return "maybe"
            case "boolean":
                return '( "true" | "false" )'
            case "array":
                return self._list(schema, name, depth)
            case _:
                parts = (
                    f"{_literal(json.dumps(key) + ':')} "
                    f"{'text' if number == 0 and _is_text(part) else self.value(part, f'{name}-{number}', depth)}"
                    for number, (key, part) in enumerate(schema["properties"].items())
                )
                return " ".join(('"{"', ' "," '.join(parts), '"}"'))

    def _list(self, schema: Mapping[str, Any], name: str, depth: int) -> str:
        items, entry = schema["items"], f"{name}-e"
        self._rules[entry] = "text" if _is_text(items) else self.value(items, entry, depth + 1)
        bound = MOST[min(depth, len(MOST) - 1)]
        most = min(schema.get("maxItems", bound), bound)
        least = min(schema.get("minItems", 0), most)
        body = f'{entry} ( "," {entry} ){{{max(0, least - 1)},{most - 1}}}'
        return f'"[" {body} "]"' if least else f'"[" ( {body} )? "]"'


def _is_text(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and "enum" not in schema


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
