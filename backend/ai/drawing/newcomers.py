"""New nodes on a canvas that is there already, made to look like those around them."""

from __future__ import annotations

from backend.ai.diagram import Shape
from backend.ai.drawing.elements import Element, Writer, fit_text
from backend.ai.drawing.growing import grow_around
from backend.ai.drawing.inserting import ROW_GAP, drawn_as, slot
from backend.ai.drawing.measure import Font
from backend.ai.drawing.restyle import like_shape, like_text
from backend.ai.drawing.scene import SHAPES, Scene
from backend.ai.drawing.shapes import Rect
from backend.ai.drawing.sizing import shape_height
from backend.ai.drawing.sketch import Box
from backend.ai.drawing.themes import Theme

NODE_SIZE = 16


class NewShapes:
    """Adds the shape of one operation to the scene."""

    def __init__(self, scene: Scene, writer: Writer, theme: Theme) -> None:
        self._scene = scene
        self._writer = writer
        self._theme = theme

    def add_to_list(self, label: str, neighbour: str) -> bool:
        element = self._scene.need(neighbour)
        if element["type"] not in SHAPES:
            return False
        font = self.font(neighbour)
        trial = slot(self._scene, neighbour, 0)
        if trial is None:
            return False
        place = slot(self._scene, neighbour, shape_height(label, "rectangle", font, trial.rect.width))
        if place is None:
            return False
        if place.container is not None:
            grow_around(self._scene, place.container, place.rect, ROW_GAP)
        model = self._above(place.rect) or self._other_card() or neighbour
        node = self.add(label, "rectangle", place.rect, self.font(model), model, as_model=True)
        if place.container == neighbour:
            self._scene.edit(node)["strokeColor"] = element["strokeColor"]
        return True

    def _above(self, rect: Rect) -> str | None:
        """The box above the new one in its list."""
        scene = self._scene
        stack = [
            each
            for each in scene.living()
            if each["type"] == "rectangle" and abs(each["x"] - rect.x) < 1 and abs(each["width"] - rect.width) < 1
        ]
        stack = [each for each in stack if each["y"] < rect.y and scene.text_in(each["id"]) is not None]
        return str(max(stack, key=lambda each: each["y"])["id"]) if stack else None

    def _other_card(self) -> str | None:
        """Any card of a board, for the first one of an empty column."""
        return next(
            (each["id"] for each in self._scene.living() if drawn_as(each, "card") and each["type"] != "text"), None
        )

    def add(
        self, label: str, shape: Shape, rect: Rect, font: Font, neighbour: str | None, *, as_model: bool = False
    ) -> str:
        scheme = self._theme.scheme
        paint = {"rectangle": scheme.step, "diamond": scheme.decision, "ellipse": scheme.terminal}[shape]
        made = self._writer.shape(Box("node", rect, label, paint, font, shape), ())
        model = self._model(shape, neighbour)
        if model is not None:
            like_shape(made[0], model)
            text = self._scene.text_in(model["id"])
            if text is not None:
                like_text(made[1], text)
                if as_model:
                    made[1]["textAlign"] = text["textAlign"]
        fit_text(made[1], made[0])
        self._scene.add(made)
        return str(made[0]["id"])

    def _model(self, shape: Shape, neighbour: str | None) -> Element | None:
        """What a new shape is to look like: its neighbour, or another of its kind if the neighbour is none."""
        scene = self._scene
        near = scene.get(neighbour)
        if near is not None and near["type"] == shape:
            return near
        alike = [each for each in scene.living() if each["type"] == shape and scene.text_in(each["id"]) is not None]
        return alike[0] if alike and near is not None else None

    def font(self, neighbour: str | None) -> Font:
        text = self._scene.text_in(neighbour) if neighbour else None
        return Font(text["fontFamily"], text["fontSize"]) if text else Font(self._theme.family, NODE_SIZE)
