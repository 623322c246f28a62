"""What all kinds share: their shape, the pieces of their schemas, and how a model's text becomes a label."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.ai.calling.chain import AnswerError, CopiedExample, ImperfectAnswer
from backend.ai.diagram import MAX_NODES, Board, Diagram, Table, diagram_problems, labels_of
from backend.ai.kinds.checks import complaints
from backend.ai.language import native_name

Json = dict[str, Any]

EXAMPLES_LANGUAGE = "English"
MAX_TITLE = 200  # characters; a longer title is cut


def _as_it_is(diagram: Diagram) -> Diagram:
    return diagram


@dataclass(frozen=True)
class Kind:
    """How a model is asked for one kind of diagram.

    ``unit`` says in words what the model is writing, ``part`` is the key whose occurrences in the answer count it. ``finish``
    does to a diagram what can be done only once it is whole; ``headed`` is the schema with its fixed headings in a language.
    """

    name: str
    task: str
    schema: Mapping[str, Any]
    example: tuple[str, Json]
    parse: Callable[[Json], Diagram]
    unit: str
    part: str
    finish: Callable[[Diagram], Diagram] = _as_it_is
    headed: Callable[[str], Json] | None = None

    def schema_in(self, language: str | None) -> Mapping[str, Any]:
        """The schema of an answer in a language."""
        schema = self.headed(language) if self.headed is not None and language is not None else self.schema
        return in_language(schema, language)

    def example_for(self, language: str | None) -> tuple[str, Json]:
        """The example as an answer of ``schema_in``."""
        asked, answer = self.example
        return asked, example_in(answer, language)

    def read(self, answer: Json, instructions: str) -> Diagram:
        """The diagram that ``answer`` describes.

        Raises AnswerError, for the model, when it cannot be used, or could be better.
        """
        try:
            diagram = self.finish(self.parse(answer))
        except (KeyError, TypeError, AttributeError) as error:
            raise AnswerError(f"It does not have the form that was asked for ({error}).") from error
        problems = diagram_problems(diagram)
        if problems:
            raise AnswerError(" ".join(problems))
        self._refuse_copy(diagram, instructions)
        wrong = complaints(diagram, instructions)
        if wrong:
            raise ImperfectAnswer(" ".join(wrong), diagram, len(wrong))
        return diagram

    def read_beginning(self, answer: Json) -> Diagram | None:
        """What of an answer that is still being written can be drawn already, None while that is nothing."""
        try:
            diagram = self.parse(answer)
        except (AnswerError, KeyError, TypeError, AttributeError):  # of a beginning not everything makes sense
            return None
        return None if diagram_problems(diagram) else diagram

    def _refuse_copy(self, diagram: Diagram, instructions: str) -> None:
        """Small models like to hand the example back."""
        copied = set(_contents(self.parse(self.example[1])))
        labels = _contents(diagram)
        asked = instructions.casefold()
        repeated = [label for label in labels if label in copied and label.casefold() not in asked]
        if repeated and 2 * len(repeated) >= len(labels):
            raise CopiedExample("It repeats the example. Answer what the instructions ask for, in their words.")


def _contents(diagram: Diagram) -> list[str]:
    """What a diagram says, without headings that many of its kind have."""
    if isinstance(diagram, Board):
        return [card for column in diagram.columns for card in column.cards]
    if isinstance(diagram, Table) and diagram.kind == "customer_journey":
        return [*diagram.header[1:], *(cell for row in diagram.rows for cell in row[1:])]
    return list(labels_of(diagram))


def in_language(schema: Mapping[str, Any], language: str | None) -> Mapping[str, Any]:
    """The schema of an answer that begins with the name of its language: what a small model has written itself it keeps to, more
    than to what it was told. The language of the examples goes without saying.
    """
    if language is None or language == EXAMPLES_LANGUAGE:
        return schema
    return record(language=one_of(native_name(language)), **schema["properties"])


def example_in(answer: Json, language: str | None) -> Json:
    """An example for answers that begin with their language."""
    return answer if language is None or language == EXAMPLES_LANGUAGE else {"language": EXAMPLES_LANGUAGE, **answer}


def count_keys(value: Any, name: str) -> int:
    """How often a key occurs in an answer, at any depth."""
    if isinstance(value, dict):
        return sum((key == name) + count_keys(inner, name) for key, inner in value.items())
    return sum(count_keys(inner, name) for inner in value) if isinstance(value, list) else 0


def record(**properties: Json) -> Json:
    """Schema of an object with exactly these properties."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def many(items: Json, least: int = 1, most: int = MAX_NODES) -> Json:
    """Schema of a list."""
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


# No maxLength: it makes a grammar cut in the middle of a word. Lengths are checked afterwards.
TEXT: Json = {"type": "string"}
MAYBE: Json = {"type": "string", "description": "may be empty"}
FILLED: Json = {"type": "string", "description": "never empty"}


def one_of(*values: str) -> Json:
    """Schema of a text out of a list."""
    return {"type": "string", "enum": list(values)}


def text_of(value: Any) -> str:
    """A model's text as one line without control characters, lone surrogates or doubled spaces; "" for no text."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in str(value))
    return " ".join(kept.split())


def label_of(value: Any) -> str:
    """A text that must say something."""
    label = text_of(value)
    if not label:
        raise AnswerError("A label is empty. Give each one a few words.")
    return label


def title_of(value: Any) -> str:
    """A title, cut to a length that fits a heading."""
    return text_of(value)[:MAX_TITLE]


def rows_of(value: Any) -> list[Any]:
    """A list, or the reason why it is none."""
    if not isinstance(value, list):
        raise TypeError(f"a list was expected, not {type(value).__name__}")
    return value
