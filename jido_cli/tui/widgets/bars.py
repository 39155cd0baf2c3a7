"""The parts of the frame: rules that are one line, bars that are one column, the footer."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip

from jido_cli.tui.look import Look
from jido_cli.tui.text import FRAME, Line
from jido_cli.tui.view.footer import FooterHit
from jido_cli.tui.widgets.lines import LinesWidget

_BAR = Line((("│", FRAME),))


class Bar(LinesWidget):
    """A vertical bar beside a pane."""

    DEFAULT_CSS = """
    Bar { width: 1; height: 100%; }
    """

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - every line is the same
        """Return the bar."""
        self.painted += 1
        return self.look.strip(_BAR, self.size.width)


class Footer(LinesWidget):
    """The keys that work now; a click on one presses it."""

    class Pressed(Message):
        """A key was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, look: Look) -> None:
        super().__init__(look, id="footer")
        self._hits: list[FooterHit] = []

    def offer(self, line: Line, hits: list[FooterHit]) -> None:
        """Show the keys."""
        self._hits = hits
        self.show([line])

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        event.stop()
        for hit in self._hits:
            if hit.start <= event.x < hit.end and hit.action:
                self.post_message(self.Pressed(hit.action))
