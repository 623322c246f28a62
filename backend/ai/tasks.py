"""The jobs that draw: create_canvas and modify_canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from backend.ai import service
from backend.ai.calling import faults
from backend.ai.calling.job_caller import JobCaller
from backend.ai.calling.provider import ProviderFault
from backend.ai.diagram import Diagram
from backend.ai.drawing.changes import apply_operations
from backend.ai.drawing.elements import Element
from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing.previewing import previewed
from backend.ai.drawing.themes import scheme_after, theme_of
from backend.ai.drawing.view import read_canvas
from backend.ai.drawing_job import FINALISING, WAITING, finish, has_drawn, read_elements, resume, take_back
from backend.ai.generation import PLANNER, Desk, Made, NeedsModel, make_changes, make_diagram
from backend.ai.growing_changes import Apply, GrowingChanges, Question
from backend.ai.growing_drawing import GrowingDrawing
from backend.ai.operations import AddDiagram, Operation
from backend.ai.planner.errors import PlanError
from backend.ai.providers.roster import providers_of, without_model
from backend.ai.schemas import CreateCanvasRequestSchema, ModifyCanvasRequestSchema
from backend.ai.streaming.answers import Answers
from backend.ai.variants import variant_of
from backend.billing.charging import charged
from backend.errors import ApiError, NotFound
from backend.jobs import FinalError, JobContext, RetryableError, task

CANVAS_GONE = (
    "The canvas was deleted while this job was working on it. Restore it, or choose another one, and try again."
)
INITIALISING, CHECKING, GENERATING = 10, 30, 50  # per cent of the job's bar; waiting and finalising: drawing_job


@task(
    "create_canvas",
    schema=CreateCanvasRequestSchema,
    queue="ai",
    admit=service.admit_create,
    summary=service.summary_of_create,
)
def create_canvas(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Draw what the instructions ask for in free space of the canvas."""
    with _explained(ctx):
        ctx.progress(INITIALISING, "Initialising")
        draft = resume(ctx)
        if draft is None or draft.growing:
            _start(ctx)
            theme = theme_of(request["color_scheme"], request["style"])
            drawing = GrowingDrawing(ctx, theme, draft, preview=request["preview"])
            made = make_diagram(request["instructions"], _desk(ctx, request, drawing.show))
            if made.engine == PLANNER and request.get("variant"):
                diagram, steps = variant_of(made.value, request["variant"])
                made = replace(made, value=diagram)
                theme = theme_of(scheme_after(request["color_scheme"], steps), request["style"])
            draft = drawing.finish(made.value, _result(ctx, made, made.value), theme)
        return finish(ctx, draft)


@task(
    "modify_canvas",
    schema=ModifyCanvasRequestSchema,
    queue="ai",
    admit=service.admit_modify,
    summary=service.summary_of_modify,
)
def modify_canvas(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Change what is on the canvas, and nothing that the instructions do not speak of."""
    with _explained(ctx):
        ctx.progress(INITIALISING, "Initialising")
        draft = resume(ctx)
        if draft is None or draft.growing:
            _start(ctx)
            there = read_elements(ctx)
            meant = _meant(there, request)
            view = read_canvas(there).within(meant) if request["selection"] else read_canvas(there)
            changes = GrowingChanges(ctx, draft, Question(view.labels, view.arrows), _applying(ctx, request, meant))
            desk = replace(_desk(ctx, request, _unseen), change=changes.show)
            labels, arrows = changes.question.labels, changes.question.arrows
            made = make_changes(request["instructions"], labels, arrows, desk, request.get("conversation", ()))
            draft = changes.finish(made.value, _result(ctx, made, _first_diagram(made.value)))
        return finish(ctx, draft)


def _applying(ctx: JobContext, request: dict[str, Any], meant: frozenset[str]) -> Apply:
    """How the job carries operations out: in its style, on what is meant, new elements as a preview if that is wanted."""

    def apply(elements: Sequence[Element], operations: Sequence[Operation], first: int) -> list[Element]:
        theme = {"scheme": request["color_scheme"], "style": request["style"]}
        changed = apply_operations(elements, operations, job_id=ctx.job.id, preferred=meant, first=first, **theme)
        old = {element["id"] for element in elements}
        return [previewed(each) if request["preview"] and each["id"] not in old else each for each in changed]

    return apply


def _meant(elements: list[Element], request: dict[str, Any]) -> frozenset[str]:
    """Ids of what is selected, a shape for its text; without a selection, of what the job drew that this one follows."""
    if request["selection"]:
        selected = frozenset(request["selection"])
        boxes = (each.get("containerId") for each in elements if each["id"] in selected)
        return selected | frozenset(filter(None, boxes))
    earlier = str(request["follow_up_of"])
    return frozenset(each["id"] for each in elements if (each.get("customData") or {}).get("job") == earlier)


def _start(ctx: JobContext) -> None:
    ctx.progress(CHECKING, "Checking credit")
    ctx.progress(GENERATING, "Generating")


def _desk(ctx: JobContext, request: dict[str, Any], show: Callable[[Diagram], None]) -> Desk:
    """Whom to ask, with progress between waiting for the model and finalising that never goes back."""
    furthest = 0.0

    def report(share: float, message: str) -> None:
        nonlocal furthest
        furthest = max(furthest, share)
        ctx.progress(WAITING + furthest * (FINALISING - WAITING), message)

    providers = providers_of(ctx)
    fresh = request["variant_of"] is not None
    return Desk(Answers(ctx, providers, JobCaller(ctx), fresh=fresh).ask if providers else None, report, show)


def _unseen(_diagram: Diagram) -> None:
    """A diagram that is one of several changes is drawn once it is whole."""


def _result(ctx: JobContext, made: Made[Any], diagram: Diagram | None) -> dict[str, Any]:
    return {
        "canvas_id": str(ctx.job.canvas_id),
        "engine": made.engine.described(),
        "kind": diagram.kind if diagram else "changes",
        "title": diagram.title if diagram else "",
        "canvas_version": None,
    }


def _first_diagram(operations: list[Operation]) -> Diagram | None:
    return next((operation.diagram for operation in operations if isinstance(operation, AddDiagram)), None)


@contextmanager
def _explained(ctx: JobContext) -> Iterator[None]:
    """Turn what may go wrong into the job's error: a code for programs, a sentence for the person who waits."""
    try:
        with charged(ctx), _senseless_undone(ctx):
            yield
    except NeedsModel as error:
        raise without_model(str(error), error.code) from error
    except (PlanError, DrawingError) as error:
        raise FinalError("cannot_plan", str(error)) from error
    except NotFound as error:
        raise FinalError("canvas_gone", CANVAS_GONE) from error
    except ApiError as error:  # the canvas takes no more
        raise FinalError("canvas_refused", error.detail) from error
    except ProviderFault as fault:
        raise _job_error(ctx, fault) from fault


@contextmanager
def _senseless_undone(ctx: JobContext) -> Iterator[None]:
    """Whatever was drawn of an answer without sense is taken back before the fault goes on."""
    try:
        yield
    except ProviderFault as fault:
        if fault.senseless:
            take_back(ctx)
        raise


def _job_error(ctx: JobContext, fault: ProviderFault) -> Exception:
    if fault.wait is not None:
        return fault.wait
    sentence = fault.sentence
    if has_drawn(ctx):  # the model broke off in the middle
        sentence = sentence.replace(faults.NOTHING, "What was drawn until then stays on the canvas and can be undone.")
    if not fault.passing:
        return FinalError(fault.code, sentence)
    if fault.retry_after is not None:  # the provider named the moment: no attempt is spent
        return RetryableError(fault.code, sentence, fault.retry_after)
    attempt, most = ctx.job.attempt, ctx.job.max_attempts
    ending = "The job tries again by itself." if attempt < most else f"That was attempt {attempt} of {most}."
    return RetryableError(fault.code, f"{sentence} {ending}")
