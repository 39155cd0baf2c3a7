"""What the terminal can show, and the only place where the commands print.

Here live the decisions about colour, signs and width, and writing. No text is composed here.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TextIO

from jido_cli.observe.text.display import Paint, as_ascii, colour, display_json, plain


class Terminal(NamedTuple):
    """How to print: data to stdout, the rest to stderr.

    Args:
        columns: the width to cut data to; None where nothing is cut (a pipe gets all of it).
        has_colour: whether stdout takes colours, the same for stderr.
        is_ascii: whether the product's signs are spelled in ASCII.
    """

    columns: int | None = None
    has_colour: bool = False
    has_error_colour: bool = False
    is_ascii: bool = False

    @property
    def is_interactive(self) -> bool:
        """Whether somebody looks at stdout as it comes."""
        return self.columns is not None

    @property
    def paint(self) -> Paint:
        """Return how data is coloured."""
        return colour if self.has_colour else plain

    @property
    def error_paint(self) -> Paint:
        """Return how messages are coloured."""
        return colour if self.has_error_colour else plain

    def out(self, *lines: str) -> None:
        """Print lines of data."""
        self._write(sys.stdout, lines)

    def err(self, *lines: str) -> None:
        """Print lines that are no data."""
        self._write(sys.stderr, lines)

    def out_json(self, value: object) -> None:
        """Print one JSON document, indented."""
        self._write_json(sys.stdout, value, indent=2)

    def out_json_line(self, value: object) -> None:
        """Print one JSON document in one line, for streams."""
        self._write_json(sys.stdout, value, indent=None)

    def err_json(self, value: object) -> None:
        """Print an error as JSON."""
        self._write_json(sys.stderr, value, indent=None)

    def _write(self, stream: TextIO, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        stream.write(as_ascii(text) if self.is_ascii else text)
        stream.flush()

    def _write_json(self, stream: TextIO, value: object, *, indent: int | None) -> None:
        only_ascii = not _is_utf8(stream)
        text = json.dumps(value, ensure_ascii=only_ascii, indent=indent)
        stream.write((text if only_ascii else display_json(text)) + "\n")
        stream.flush()


def detect(environ: Mapping[str, str]) -> Terminal:
    """Return what this process's stdout and stderr can show."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stand-in for a stream may lack it
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    kind = environ.get("TERM", "")
    may_colour = not environ.get("NO_COLOR") and kind != "dumb"
    is_terminal = sys.stdout.isatty()
    return Terminal(
        columns=shutil.get_terminal_size().columns if is_terminal else None,
        has_colour=may_colour and is_terminal,
        has_error_colour=may_colour and sys.stderr.isatty(),
        is_ascii=bool(environ.get("JIDO_ASCII"))
        or not _is_utf8(sys.stdout)
        or (is_terminal and kind in ("dumb", "linux")),
    )


def drop_output() -> None:
    """Send what is still to be printed nowhere: the reader of the pipe has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # a stand-in has no descriptor
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextlib.contextmanager
def still_judging() -> Iterator[None]:
    """Print what may go unread: that the reader left (`| head`) changes no exit code."""
    try:
        yield
    except BrokenPipeError:
        drop_output()


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "").replace("_", "") == "utf8"
