"""What YAML, or a habit from elsewhere, made of an expression, turned into advice.

Looks at texts only; where they stand is found elsewhere.
"""

from __future__ import annotations

import re
from typing import Final

from jido_cli.topology.raw import OPENING

COMMENT_HINT: Final = "a ' #' begins a comment: quote the expression"

# Compiled when they are first needed: most files have no mistake.
_ALMOST: Final = r"\$?\{\{?\s*(?P<text>[a-z_][^{}]*?)\s*\}\}?"
_BROKEN_OFF: Final = ("never closed", "does not end", "ends too early", "syntax error")
_LONGEST: Final = 1000  # of a text that is looked at with patterns, which must not take long


def is_broken_off(message: str) -> bool:
    """Tell whether a mistake is one that the lost end of a text would explain."""
    return any(each in message for each in _BROKEN_OFF)


def almost_expression(text: str) -> str | None:
    """Say how an expression is written, if *text* is one of another tool: `{{ x }}`, `${x}`."""
    match = re.search(_ALMOST, text[:_LONGEST])
    if OPENING in text or match is None:
        return None
    return f"an expression is written {OPENING} {match['text']} }}}}"
