"""The errors that jido raises, one family with the blame in the type.

Here live exceptions that cross rooms. A problem in the user's file is not an exception but a
`Diagnostic` (topology); `TopologyError` only carries them to the edge. No formatting for a
terminal, no exit codes: the command line decides those.
"""

from __future__ import annotations

from collections.abc import Sequence


class JidoCliError(Exception):
    """Base of every error that jido raises on purpose.

    Args:
        message: what happened, with the offending value; lower case, no final stop.
        code: stable word for programs, such as `no-engine`.
        where: the file, node or socket concerned.
        why: what more is known.
        hints: what to do; commands that can be pasted.
        undone: what became of the user's data or of work already begun, if it could be in doubt.
    """

    default_code = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        where: str | None = None,
        why: str | None = None,
        hints: Sequence[str] = (),
        undone: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.where = where
        self.why = why
        self.hints = tuple(hints)
        self.undone = undone


class TopologyError(JidoCliError):
    """Raised when a topology file cannot be used; carries all its diagnostics."""

    default_code = "bad-topology"

    def __init__(self, message: str, *, diagnostics: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class ControlError(JidoCliError):
    """Raised when an engine cannot be reached, or refuses an order."""

    default_code = "control"


class StoreError(JidoCliError):
    """Raised when state cannot be read or kept."""

    default_code = "store"


class PoolError(JidoCliError):
    """Raised when a pool has no member to lend, or there is no such pool."""

    default_code = "pool"


class StartError(JidoCliError):
    """Raised when an engine, or a part of its tree, does not start."""

    default_code = "start-failed"


class UsageError(JidoCliError):
    """Raised when an API or a command is used in a way it does not offer."""

    default_code = "usage"


class InternalError(JidoCliError):
    """Raised for a fault of jido's own: please report it."""

    default_code = "internal"
