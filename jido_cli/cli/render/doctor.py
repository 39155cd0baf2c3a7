"""`jido doctor`: one line a check, and what to do about it under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from jido_cli.cli.checkup import Check, Status
from jido_cli.observe.text.display import Paint, Role, display, plain
from jido_cli.observe.text.measures import count

_SIGNS: Final[dict[Status, tuple[str, Role]]] = {
    "fine": ("●", "ok"),
    "mended": ("●", "ok"),
    "absent": ("-", "dim"),
    "warning": ("▲", "warn"),
    "broken": ("×", "bad"),
}
_TOLD: Final[tuple[tuple[Status, str, str], ...]] = (
    ("fine", "fine", "fine"),
    ("mended", "mended", "mended"),
    ("warning", "warning", "warnings"),
    ("broken", "broken", "broken"),
)
_NAME: Final = 9
_INDENT: Final = " " * (2 + _NAME + 2)
_TRY: Final = "try: "


def check_lines(check: Check, paint: Paint = plain) -> Iterator[str]:
    """Return the lines of one check."""
    sign, role = _SIGNS[check.status]
    yield f"{paint(role, sign)} {check.name.ljust(_NAME)}  {display(check.facts)}"
    for at, hint in enumerate(check.hints):
        yield f"{_INDENT}{_TRY if at == 0 else ' ' * len(_TRY)}{display(hint)}"


def summary_line(checks: Sequence[Check]) -> str:
    """Return the counts of what was found: `5 fine, 1 warning`."""
    parts = []
    for status, one, many in _TOLD:
        number = sum(check.status == status for check in checks)
        if number:
            parts.append(f"{count(number)} {one if number == 1 else many}")
    return ", ".join(parts) or "nothing was looked at"


def as_json(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "checks": [
            {"name": one.name, "status": one.status, "facts": one.facts, "try": list(one.hints)}
            for one in checks
        ],
        "counts": {status: sum(check.status == status for check in checks) for status in _SIGNS},
    }
