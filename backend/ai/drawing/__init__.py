"""Drawing without a browser: diagrams and changes become complete Excalidraw elements, laid out and measured."""

from backend.ai.drawing.draw import draw_diagram
from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing.themes import SCHEMES, STYLES

__all__ = ["SCHEMES", "STYLES", "DrawingError", "draw_diagram"]
