"""A worker that has warmed up draws with the fonts of the front end that it was told to use."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from backend.ai.drawing import fonts
from backend.ai.warm_up import warm_up
from backend.config import Settings


def test_warm_up_takes_the_fonts_of_the_built_front_end(settings: Settings, tmp_path: Path) -> None:
    folder = fonts.font_folder()
    assert folder is not None
    built = tmp_path / "dist" / "assets"
    built.mkdir(parents=True)
    (built / "fonts").symlink_to(folder)
    try:
        warm_up(dataclasses.replace(settings, frontend_dist=tmp_path / "dist"))
        assert fonts.font_folder() == built / "fonts"
        assert fonts.faces_of.cache_info().currsize > 0
    finally:
        fonts.use_frontend(settings.frontend_dist)
