"""Pictures of the dashboard: SVG that names no random ids, no remote fonts, and keeps its columns.

`python -m tests.tui.picture FILE` draws the demo for the documentation; tests compare snapshots.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from jido_cli.tui.demo.engine import DemoEngine
from tests.tui.desks import Clock, opened

_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_TEXT = re.compile(
    r'(<text [^>]*?x=")([0-9.]+)(" y="[^"]*" textLength=")([0-9.]+)("[^>]*>)((?:&#160;)*)(.*?)'
    r"((?:&#160;)*)(</text>)"
)
_SPACE = "&#160;"
_FONTS = "Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace"


def clean(svg: str) -> str:
    """Return a screenshot that is the same each time and wherever it is drawn.

    Spaces at the ends of a text are left out: some renderers stretch them.
    """
    svg = _FONT_FACE.sub("", svg)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {_FONTS}")
    return _TEXT.sub(_trimmed, svg)


def _trimmed(match: re.Match[str]) -> str:
    head, x, middle, length, tail, before, text, after, end = match.groups()
    if not text:
        return ""
    lead, trail = len(before) // len(_SPACE), len(after) // len(_SPACE)
    letters = len(re.sub(r"&#?\w+;", "_", text)) + lead + trail
    cell = float(length) / letters
    at = f"{float(x) + lead * cell:g}"
    return f"{head}{at}{middle}{(letters - lead - trail) * cell:g}{tail}{text}{end}"


async def demo_picture(size: tuple[int, int], seconds: int, keys: tuple[str, ...]) -> str:
    """Return the demo after some seconds, with some keys pressed."""
    clock = Clock()
    engine = DemoEngine(clock)
    async with opened(size, handle=engine, clock=clock) as desk:
        await desk.press(*keys)
        for _ in range(seconds * 4):
            await desk.step(0.25)
        await desk.step(0.7)
        return clean(desk.app.export_screenshot(title="jido tui"))


def main(file: str) -> None:
    """Draw the picture of the documentation."""
    svg = asyncio.run(demo_picture((120, 36), 48, ("j", "j", "j", "j")))
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    Path(file).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
