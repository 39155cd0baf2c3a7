"""The dashboard looks as it is drawn, character for character, at 80x24 and 120x36."""

from __future__ import annotations

import pytest

from tests.tui.drawing import DRAWINGS, SCENES, Scene, drawn


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_a_scene_looks_as_it_is_drawn(scene: Scene):
    got = await drawn(scene)
    want = (DRAWINGS / f"{scene.name}.txt").read_text(encoding="utf-8").splitlines()
    assert got == want


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_line_fits_and_every_scene_fills_its_screen(scene: Scene):
    width, height = scene.size
    lines = (DRAWINGS / f"{scene.name}.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == height
    assert max(map(len, lines)) <= width


def test_no_drawing_is_of_a_scene_that_is_gone():
    assert {path.stem for path in DRAWINGS.iterdir()} == {scene.name for scene in SCENES}
