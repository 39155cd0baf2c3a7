"""Parts of configs that several built-in sensors have."""

from __future__ import annotations

from typing import Any

from jido_cli.core.declarative.parts import duration_ms


def duration(default: str, description: str) -> dict[str, Any]:
    """Return the schema of a duration such as `250ms` or `5s`."""
    return {
        "type": "string",
        "pattern": r"^[0-9]{1,12}(\.[0-9]{1,6})?(ms|s|m|h|d)$",
        "default": default,
        "description": description,
        "examples": [default],
    }


def seconds(text: str) -> float:
    """Return the seconds of a duration, of a millisecond at least: a sensor must let others run."""
    return max(1, duration_ms(text)) / 1000
