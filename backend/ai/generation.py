"""From instructions to a diagram or to changes: by the planner where it is certain, else by the configured models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from backend.ai.calling.chain import Parsed
from backend.ai.calling.provider import ModelAnswer, ModelCall
from backend.ai.diagram import Diagram
from backend.ai.kinds.changes import Change, Draw, read_beginning, read_changes
from backend.ai.kinds.choosing import plain_form
from backend.ai.kinds.forms import Form, form_of_answer
from backend.ai.kinds.kind import count_keys
from backend.ai.kinds.translation import Translation, translation_asked
from backend.ai.operations import AddDiagram, Operation
from backend.ai.planner import PlanError, plan_changes, plan_diagram, plan_scaffold
from backend.ai.prompts import changes_call, diagram_call, form_call, translation_call

T = TypeVar("T")

Json = dict[str, Any]

# How many parts a diagram is expected to have while a model is still writing it: at so many, half the way is done.
HALF_WAY = 8


@dataclass(frozen=True)
class Engine:
    """Who made something: the planner, or a model of a provider."""

    name: str
    model: str | None = None

    def described(self) -> dict[str, str]:
        """As it stands in a job's result."""
        return {"name": self.name} if self.model is None else {"name": self.name, "model": self.model}


PLANNER = Engine("planner")


@dataclass(frozen=True)
class Made(Generic[T]):
    """Something, and who made it."""

    value: T
    engine: Engine


class Ask(Protocol):
    """Asks models: the first usable answer, told while it grows. Raises ProviderFault."""

    def __call__(
        self, call: ModelCall, parse: Callable[[Json], T], on_growth: Callable[[Json], None], /
    ) -> Parsed[T]: ...


@dataclass(frozen=True)
class Desk:
    """What generation works with: whom to ask (None: there is no model), and who is told how far it is.

    ``report`` gets the share of the way that is done (0 to 1, never less than before) and a sentence; ``show`` gets what of
    a diagram is there already, ``change`` the changes that are.
    """

    ask: Ask | None
    report: Callable[[float, str], None]
    show: Callable[[Diagram], None]
    change: Callable[[Sequence[Operation]], None] = lambda _operations: None


class NeedsModel(Exception):
    """Free text, and no model to understand it. The text says what would work."""

    code = "needs_model"


class Unplanned(NeedsModel):
    """A structure with a mistake that the planner can't get over, and no model that may see what is meant."""

    code = "cannot_plan"


def make_diagram(instructions: str, desk: Desk) -> Made[Diagram]:
    """The diagram that ``instructions`` ask for. Raises NeedsModel or ProviderFault."""
    planned = _planned_diagram(instructions, desk)
    if planned is not None:
        return Made(planned, PLANNER)
    if desk.ask is None:
        scaffold = plan_scaffold(instructions)
        if scaffold is not None:
            return Made(scaffold, PLANNER)
        raise NeedsModel(
            "No model is set up, and without one these instructions are not understood. Write them as a structure, for "
            "example “Order -> Pay -> Ship; if no stock -> Refund”, an indented list, or a table; or ask the operator to "
            "set AI_PROVIDERS."
        )
    return _asked_diagram(instructions, desk, desk.ask, desk.show)


def _asked_diagram(instructions: str, desk: Desk, ask: Ask, show: Callable[[Diagram], None]) -> Made[Diagram]:
    form = plain_form(instructions) or _chosen_form(instructions, desk, ask)

    def on_growth(answer: Json) -> None:
        parts = count_keys(answer, form.kind.part)
        desk.report(parts / (parts + HALF_WAY), _so_far(parts, form.kind.unit))
        beginning = form.kind.read_beginning(answer)
        if beginning is not None:
            show(beginning)

    desk.report(0.0, "Waiting for the model")
    parsed = ask(diagram_call(form, instructions), lambda answer: form.kind.read(answer, instructions), on_growth)
    return Made(parsed.value, _engine(parsed.answer))


def make_changes(
    instructions: str,
    labels: Sequence[str],
    arrows: Sequence[tuple[str, str, str]],
    desk: Desk,
    conversation: Sequence[str] = (),
) -> Made[list[Operation]]:
    """The changes that ``instructions`` ask for on a canvas with these labels and arrows (from, to, text).

    ``conversation`` is what was asked for, and done, before.

    Raises PlanError, NeedsModel, or ProviderFault.
    """
    planned = plan_changes(instructions, labels)
    if planned is not None:
        return Made(planned, PLANNER)
    if desk.ask is None:
        raise NeedsModel(
            "No model is set up, and without one this change is not understood. Name it as a command, for example “add "
            "Pay after Order”, “connect Order to Ship”, “rename Ship to Send” or “remove Refund”; or ask the operator "
            "to set AI_PROVIDERS."
        )
    if not labels:
        drawn = make_diagram(instructions, replace(desk, show=_unseen))
        return Made([AddDiagram(drawn.value)], drawn.engine)

    translation = translation_asked(instructions, _texts(labels, arrows))
    if translation is not None:
        return _asked_translation(instructions, translation, desk, desk.ask)

    def on_growth(answer: Json) -> None:
        parts = len(answer.get("operations", ()))
        desk.report(parts / (parts + HALF_WAY), _so_far(parts, "changes"))
        desk.change(read_beginning(answer, labels))

    desk.report(0.0, "Waiting for the model")
    call = changes_call(instructions, labels, arrows, conversation)
    parsed = desk.ask(call, lambda answer: read_changes(answer, labels, instructions), on_growth)
    return Made([_operation(change, desk) for change in parsed.value], _engine(parsed.answer))


def _asked_translation(instructions: str, translation: Translation, desk: Desk, ask: Ask) -> Made[list[Operation]]:
    def on_growth(answer: Json) -> None:
        found = translation.read_beginning(answer)
        desk.report(len(found) / len(translation.texts), _so_far(len(found), "texts", "Translating"))
        desk.change(found)

    desk.report(0.0, "Waiting for the model")
    parsed = ask(translation_call(instructions, translation), translation.read, on_growth)
    return Made(parsed.value, _engine(parsed.answer))


def _texts(labels: Sequence[str], arrows: Sequence[tuple[str, str, str]]) -> list[str]:
    """Everything that is written on a canvas, each text once."""
    return list(dict.fromkeys((*labels, *(text for _, _, text in arrows if text))))


def _so_far(parts: int, unit: str, doing: str = "Generating") -> str:
    if parts == 0:
        return f"{doing}: the model begins to write"
    return f"{doing}: {parts} {unit} so far" if parts > 1 else f"{doing}: 1 so far"


def _planned_diagram(instructions: str, desk: Desk) -> Diagram | None:
    try:
        return plan_diagram(instructions)
    except PlanError as error:
        if desk.ask is None:
            raise Unplanned(str(error)) from error
        return None


def _chosen_form(instructions: str, desk: Desk, ask: Ask) -> Form:
    desk.report(0.0, "Choosing the form of the diagram")
    return ask(form_call(instructions), form_of_answer, _unheard).value


def _operation(change: Change, desk: Desk) -> Operation:
    if isinstance(change, Draw):
        return AddDiagram(make_diagram(change.description, replace(desk, show=_unseen)).value)
    return change


def _engine(answer: ModelAnswer) -> Engine:
    return Engine(answer.provider, answer.model)


def _unheard(_answer: Json) -> None:
    """The choice of a form is one word: no progress to tell."""


def _unseen(_diagram: Diagram) -> None:
    """A diagram that is one of several changes is drawn with them."""
