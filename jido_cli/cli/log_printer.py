"""How the items of a log are printed: records as lines or as JSON, gaps beside them.

What a record's lines are is decided in `render`, which items there are in `streaming`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jido_cli.cli import streaming
from jido_cli.cli.render.streams import missed_line, older_line, stream_record
from jido_cli.cli.terminal import Terminal
from jido_cli.control.handle import Missed


def log_printer(
    terminal: Terminal, lines: Callable[[streaming.Record], Iterable[str]], *, as_json: bool
) -> Callable[[streaming.Item], None]:
    """Return what prints one item.

    Args:
        terminal: where it is printed; gaps go to stderr.
        lines: returns a record's lines.
        as_json: whether a record is printed as a line of JSON instead.
    """

    def show(item: streaming.Item) -> None:
        match item:
            case Missed(count=count):
                terminal.err(missed_line(count))
            case streaming.Older(count=count):
                terminal.err(older_line(count))
            case record if as_json:
                terminal.out_json_line(stream_record(record))
            case record:
                terminal.out(*lines(record))

    return show
