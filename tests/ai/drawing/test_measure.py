"""Text is measured with the editor's fonts and broken into the editor's lines."""

from __future__ import annotations

import json
import threading
import unicodedata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from backend.ai.drawing import fonts
from backend.ai.drawing.fonts import EXCALIFONT, NUNITO, PACKAGED, advance, faces_of, font_folder
from backend.ai.drawing.measure import Font, inner_size, js_round, outer_length, wrap
from backend.ai.drawing.tokens import clean, tokens
from backend.config import ROOT
from tests.ai.drawing.diagrams import label

NUNITO_16 = Font(NUNITO, 16)


class EqualWidths(Font):
    """Every character is 10 wide, as in the editor's own tests."""

    def width(self, line: str) -> float:
        return 10.0 * len(line)


TEN = EqualWidths()


def test_the_fonts_are_those_that_the_browser_loads() -> None:
    folder = font_folder()
    assert folder is not None
    shipped = {path.relative_to(PACKAGED) for path in PACKAGED.glob("Nunito/*.woff2")}
    assert {path.relative_to(folder) for path in folder.glob("Nunito/*.woff2")} == shipped


def test_widths_are_those_in_the_font_files() -> None:
    latin = max((TTFont(path) for path in (PACKAGED / "Nunito").glob("*.woff2")), key=_ascii)
    glyph = latin.getBestCmap()[ord("m")]
    assert advance("m", NUNITO) == pytest.approx(latin["hmtx"][glyph][0] / latin["head"].unitsPerEm)
    assert advance("mm", NUNITO) == pytest.approx(2 * advance("m", NUNITO), abs=0.05)


def test_kerning_makes_pairs_narrower_than_their_letters() -> None:
    assert NUNITO_16.width("AVAVAV") < 3 * (NUNITO_16.width("A") + NUNITO_16.width("V")) - 1


def test_widths_grow_with_the_size_and_differ_between_the_families() -> None:
    assert Font(NUNITO, 32).width("Hello") == pytest.approx(2 * NUNITO_16.width("Hello"))
    assert Font(EXCALIFONT, 16).width("Hello") != pytest.approx(NUNITO_16.width("Hello"), abs=0.1)


@pytest.mark.parametrize("script", ["ą", "ж", "ế", "é"])
def test_letters_of_other_subsets_come_from_their_files(script: str) -> None:
    assert any(ord(script) in face.characters for face in faces_of("Nunito"))
    assert 0.3 < advance(script, NUNITO) < 1.0


@pytest.mark.parametrize(
    ("text", "ems"),
    [("字", 1.0), ("カ", 1.0), ("한", 1.0), ("🙂", 1.4), ("👨‍👩‍👧‍👦", 1.4), ("🇨🇿", 1.4), ("👍🏽", 1.4), ("", 0.0)],
)
def test_what_the_fonts_lack_is_estimated_at_the_wide_end(text: str, ems: float) -> None:
    assert advance(text, NUNITO) == pytest.approx(ems)


def test_a_letter_that_the_hand_drawn_font_lacks_is_about_as_wide_as_without_its_marks() -> None:
    assert advance("ế", EXCALIFONT) == pytest.approx(advance("e", NUNITO), rel=0.2)


def test_a_run_of_two_fonts_is_as_wide_as_its_parts() -> None:
    assert advance("Tarif 価格 20", NUNITO) == pytest.approx(advance("Tarif ", NUNITO) + 2.0 + advance(" 20", NUNITO))


def test_without_font_files_widths_are_estimated_and_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "font_folder", lambda: None)
    try:
        faces_of.cache_clear()
        advance.cache_clear()
        assert advance("word", NUNITO) == pytest.approx(4 * fonts.LATIN_EM)
    finally:
        monkeypatch.undo()
        faces_of.cache_clear()
        advance.cache_clear()


def test_a_built_front_end_elsewhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "fonts").symlink_to(PACKAGED)
    try:
        fonts.use_frontend(tmp_path)
        assert font_folder() == tmp_path / "assets" / "fonts"
        assert advance("word", NUNITO) > 1
    finally:
        fonts.use_frontend(ROOT / "frontend" / "dist")


def test_threads_measure_the_same_while_the_fonts_are_loaded() -> None:
    faces_of.cache_clear()
    advance.cache_clear()
    found: list[float] = []
    start = threading.Barrier(4)

    def measure() -> None:
        start.wait(30)
        found.extend(advance(f"word {number}", NUNITO) for number in range(200))

    threads = [threading.Thread(target=measure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    alone = [advance(f"word {number}", NUNITO) for number in range(200)]
    assert sorted(found) == sorted(alone * 4)


# Recorded by running Excalidraw 0.18.1's own parseTokens and wrapText, with every character 10 wide.
RECORDED = json.loads((Path(__file__).parent / "editor_lines.json").read_text())


def test_texts_break_into_the_same_pieces_and_lines_as_in_the_editor() -> None:
    assert len(RECORDED) > 200
    for case in RECORDED:
        assert tokens(case["text"]) == case["pieces"]
        assert wrap(case["text"], TEN, case["width"]).split("\n") == case["lines"], case["text"]


@given(label, st.floats(1, 600))
def test_wrapping_loses_nothing_but_blanks_and_only_single_pieces_are_too_wide(text: str, width: float) -> None:
    wrapped = wrap(clean(text), TEN, width)
    assert _solid(wrapped) == _solid(clean(text))
    for line in wrapped.split("\n"):
        assert TEN.width(line.rstrip()) <= width or len(tokens(line.strip())) <= 1


@given(st.sampled_from(["rectangle", "ellipse", "diamond"]), st.floats(1, 2000))
def test_a_shape_of_the_computed_length_has_room_for_its_text(shape: str, length: float) -> None:
    outer = outer_length(shape, length)
    assert inner_size(shape, outer, outer)[0] >= length - 1  # the editor's own formula rounds within a pixel


def test_numbers_are_rounded_as_in_the_browser() -> None:
    assert [js_round(value) for value in (0.5, 1.5, 2.5, -0.5, -1.5)] == [1, 2, 3, 0, -1]


def test_clean_text_has_plain_lines_and_nothing_that_cannot_be_shown() -> None:
    assert clean(" a\r\nb\rc\td\x00\x07\ud800 ") == "a\nb\nc    d"


def _solid(text: str) -> str:
    return unicodedata.normalize("NFC", "".join(text.split()))


def _ascii(font: TTFont) -> int:
    return sum(code in font.getBestCmap() for code in range(32, 127))
