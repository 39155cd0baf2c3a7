"""Values as they are shown in messages: short, and without failing over what they are.

Colours, tables and escapes for terminals are not made here.
"""

from __future__ import annotations

SHOWN = 80
"""How many characters of a value are shown."""


def show(value: object) -> str:
    """Return *value* for a message, cut to a bearable length; never raises."""
    if value is None:
        return "null"  # values are JSON's
    if isinstance(value, int) and value.bit_length() > 256:
        return f"an integer of {value.bit_length()} bits"
    try:
        return cut(repr(value))
    except Exception:  # noqa: BLE001 - a repr is its author's code, and may do anything
        return f"<{type(value).__name__}>"


def cut(text: str) -> str:
    """Return *text*, cut to a bearable length."""
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
