"""The editor's fonts on the server: advance widths from the very woff2 files that the browser loads.

Excalidraw ships each family as unicode subsets. The browser picks one by ``unicode-range``; choosing by the files'
own character maps, richest in ASCII first, gives the same widths. Only what no subset holds is estimated.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont

from backend.config import ROOT

log = logging.getLogger(__name__)

NUNITO = 6
EXCALIFONT = 5
LINE_HEIGHTS = {NUNITO: 1.35, EXCALIFONT: 1.25, 1: 1.25, 2: 1.15, 3: 1.2, 7: 1.15, 8: 1.25, 9: 1.15}
FOLDERS = {
    NUNITO: "Nunito",
    EXCALIFONT: "Excalifont",
    1: "Virgil",
    2: "Liberation",  # Helvetica, which has the same widths
    3: "Cascadia",
    7: "Lilita",
    8: "ComicShanns",
    9: "Liberation",
}
PROXY_FOLDER = "Liberation"  # stands in for the system font that the browser takes for scripts a family lacks
PROXY_MARGIN = 1.1  # system fonts run wider than it by up to a tenth
PACKAGED = ROOT / "frontend/node_modules/@excalidraw/excalidraw/dist/prod/fonts"

# Estimates in em, for characters in none of the files. Ideographs, kana and full-width forms are 1 em in every font,
# Hangul 0.9 to 1; colour emoji 1.25 (Noto) to 1.37 (Segoe); complex scripts vary, so the wide end is taken.
WIDE_EM = 1.0
EMOJI_EM = 1.4
REGIONAL_INDICATOR_EM = 0.7
COMPLEX_EM = 0.9
RARE_EM = 1.2
LATIN_EM = 0.62

_loading = threading.RLock()
_frontend_dist: list[Path] = []


@dataclass(frozen=True, eq=False)
class Face:
    """One font file, ready to shape. HarfBuzz objects are only read after loading, so threads may share them."""

    characters: frozenset[int]
    units_per_em: int
    font: hb.Font

    def advance(self, run: str) -> float:
        """Width of a run in em, with the kerning and ligatures that the browser applies."""
        buffer = hb.Buffer()
        buffer.add_str(run)
        buffer.guess_segment_properties()
        hb.shape(self.font, buffer, {"kern": True, "liga": True})
        units: int = sum(position.x_advance for position in buffer.glyph_positions)
        return units / self.units_per_em


def use_frontend(dist: Path) -> None:
    """Say where the built front end is, when it is not in its usual place (``Settings.frontend_dist``)."""
    with _loading:
        if _frontend_dist != [dist]:
            _frontend_dist[:] = [dist]
            faces_of.cache_clear()
            advance.cache_clear()


def font_folder() -> Path | None:
    """The folder with one folder per family: of the built front end, else of the installed package."""
    for dist in (*_frontend_dist, ROOT / "frontend" / "dist"):
        if (dist / "assets" / "fonts").is_dir():
            return dist / "assets" / "fonts"
    return PACKAGED if PACKAGED.is_dir() else None


@lru_cache(maxsize=16)
def faces_of(folder_name: str) -> tuple[Face, ...]:
    """The subsets of a family in the order in which they are asked; empty when the files are not there."""
    with _loading:
        folder = font_folder()
        files = sorted((folder / folder_name).glob("*.woff2")) if folder else []
        if not files:
            log.warning("No font files for %s: text widths are estimated", folder_name)
        faces = [_load(path) for path in files]
    return tuple(sorted(faces, key=_richness, reverse=True))


@lru_cache(maxsize=32_768)
def advance(text: str, family: int) -> float:
    """Width of one line in em of the family, falling back per character as the browser does."""
    subsets = faces_of(FOLDERS.get(family, FOLDERS[NUNITO]))
    total, start, current = 0.0, 0, _face_for(text[0], subsets) if text else None
    for position, character in enumerate(text):
        face = _face_for(character, subsets)
        if face is not current:
            total += _run(text[start:position], current)
            start, current = position, face
    return total + _run(text[start:], current)


def _run(run: str, face: Face | None) -> float:
    if face is not None:
        return face.advance(run)
    return sum(_estimate(character, before) for character, before in zip(run, " " + run, strict=False))


def _face_for(character: str, subsets: tuple[Face, ...]) -> Face | None:
    code = ord(character)
    return next((face for face in subsets if code in face.characters), None)


def _estimate(character: str, before: str) -> float:
    code, category = ord(character), unicodedata.category(character)
    if category in ("Mn", "Me", "Cf") or 0x1F3FB <= code <= 0x1F3FF or before == "\u200d":
        return 0.0  # drawn onto the character before
    if 0x1F000 <= code <= 0x1FAFF:
        return REGIONAL_INDICATOR_EM if 0x1F1E6 <= code <= 0x1F1FF else EMOJI_EM
    if unicodedata.east_asian_width(character) in "WF":
        return WIDE_EM if category == "Lo" or code >= 0x3000 else EMOJI_EM
    return _by_proxy(character)


def _by_proxy(character: str) -> float:
    face = _face_for(character, faces_of(PROXY_FOLDER))
    if face is not None:
        return face.advance(character) * PROXY_MARGIN
    plain = unicodedata.normalize("NFD", character)[0]
    if plain != character:
        return advance(plain, NUNITO) * PROXY_MARGIN  # a letter with marks is about as wide as without
    code = ord(character)
    if code > 0xFFFF:
        return RARE_EM
    return COMPLEX_EM if code >= 0x0590 else LATIN_EM


def _load(path: Path) -> Face:
    source = TTFont(path)
    source.flavor = None
    plain = BytesIO()
    source.save(plain)
    font = hb.Font(hb.Face(plain.getvalue()))
    return Face(frozenset(source.getBestCmap()), source["head"].unitsPerEm, font)


def _richness(face: Face) -> tuple[int, int]:
    return sum(code in face.characters for code in range(0x20, 0x7F)), len(face.characters)
