"""How lines reach the terminal: colours of the palette, signs as the terminal can show them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from jido_cli.observe.text.display import as_ascii
from jido_cli.tui.palettes import DARK, Palette
from jido_cli.tui.text import FRAME, Line, cells

_FOREIGN = re.compile("[^\x00-\x7f]")


@dataclass(slots=True)
class Look:
    """The palette in use, and which characters there are. Shared by all widgets of one dashboard.

    Args:
        palette: the colours.
        is_ascii: the product's signs are spelled in ASCII.
        only_ascii: so is everything else, as `?`.
    """

    palette: Palette = field(default=DARK)
    is_ascii: bool = False
    only_ascii: bool = False

    def spelled(self, text: str) -> str:
        """Return a text in the characters that the terminal has."""
        if text.isascii():
            return text
        if self.is_ascii:
            text = as_ascii(text)
        return _replaced(text) if self.only_ascii else text

    def _spelled_as(self, style: str, text: str) -> str:
        """Return a text; corners of frames are crosses in ASCII, last children are not."""
        if self.is_ascii and style == FRAME:
            text = text.replace("└", "+")
        return self.spelled(text)

    def strip(self, line: Line, width: int) -> Strip:
        """Return a line as textual paints it, exactly *width* cells wide."""
        palette, ground = self.palette, line.ground
        segments = [
            Segment(self._spelled_as(style, text), palette.style(style, ground))
            for text, style in line.spans
        ]
        used = sum(cells(text) for text, _ in line.spans)
        rest = palette.style("text", ground)
        if used < width:
            segments.append(Segment(" " * (width - used), rest))
        return Strip(segments, max(used, width)).adjust_cell_length(width, rest)


@lru_cache(1024)
def _replaced(text: str) -> str:
    return _FOREIGN.sub(lambda match: "?" * cell_len(match.group()), text)
