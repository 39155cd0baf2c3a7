"""What YAML, or a habit from elsewhere, made of an expression, turned into advice.

Looks at texts only; where they stand is found elsewhere.
"""

from __future__ import annotations

import re
from typing import Final

from jido_cli.topology.raw import OPENING

COMMENT_HINT: Final = "a ' #' begins a comment: quote the expression"

_ALMOST: Final = re.compile(r"\$?\{\{?\s*(?P<text>[a-z_][^{}]*?)\s*\}\}?")
_BROKEN_OFF: Final = re.compile(r"never closed|does not end|ends too early|syntax error")


def is_broken_off(message: str) -> bool:
    """Tell whether a mistake is one that the lost end of a text would explain."""
    return _BROKEN_OFF.search(message) is not None


def almost_expression(text: str) -> str | None:
    """Say how an expression is written, if *text* is one of another tool: `{{ x }}`, `${x}`."""
    match = _ALMOST.search(text)
    if OPENING in text or match is None:
        return None
    return f"an expression is written {OPENING} {match['text']} }}}}"
