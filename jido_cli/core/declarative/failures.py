"""How the failure of an expression in a declaration is told: with its place in the declaration."""

from __future__ import annotations

from jido_cli.core.action import ActionError
from jido_cli.core.expressions import EvaluationError


def failed(place: str, error: EvaluationError) -> ActionError:
    """Return the failure of an action whose expression at *place* failed."""
    return ActionError(
        f"{place}: {error.message} in {error.source!r} at {error.line}:{error.column}",
        code="expression",
        retryable=False,
        details={
            "key": place,
            "expression": error.source,
            "line": error.line,
            "column": error.column,
        },
    )


def unfit(place: str, message: str) -> ActionError:
    """Return the failure of an action whose values at *place* make no sense."""
    return ActionError(f"{place}: {message}", code="expression", retryable=False)
