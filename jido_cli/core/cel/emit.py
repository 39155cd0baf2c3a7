"""The page on which generated code is written: lines, names for values, how deep they nest.

What is written is decided in `jido_cli.core.cel.generate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jido_cli.core.cel.wire import Node, RefusedError

_MAX_BLOCKS = 17
"""Python takes 20 loops and try-blocks in one another; some stand around what is written here."""


TOO_DEEP = "the expression is nested too deep"


def indented(lines: list[str]) -> list[str]:
    """Return the lines one step further in."""
    return [f" {line}" for line in lines]


class Page:
    """Lines of one function, as they are written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._count = 0
        self._blocks = 0

    def temporary(self, prefix: str = "t") -> str:
        """Return a new name."""
        self._count += 1
        return f"{prefix}{self._count}"

    def apart(self, form: Callable[[Node], str], node: Node) -> tuple[str, list[str]]:
        """Return the text and, indented and apart, the statements that a form needs."""
        outer, self.lines = self.lines, []
        try:
            text = form(node)
            return text, indented(self.lines)
        finally:
            self.lines = outer

    @contextmanager
    def blocks(self, node: Node, count: int = 1) -> Iterator[None]:
        """Count loops and try-blocks around what is written meanwhile."""
        self._blocks += count
        if self._blocks > _MAX_BLOCKS:
            raise RefusedError(TOO_DEEP, node.offset, "split it")
        yield
        self._blocks -= count
