"""How a test fails: expectations that do not hold, and effects that nobody answers for.

All are `AssertionError`s, so that every test runner tells them as failures, not as errors.
"""

from __future__ import annotations

from collections.abc import Sequence

from jido_cli.errors import JidoCliError


class ExpectationError(AssertionError):
    """Raised for what was expected and is not so.

    Args:
        expected: what was expected, in the words of the test.
        got: what there is instead.
        why: what else explains it, a line each.
    """

    def __init__(self, expected: str, got: str, why: Sequence[str] = ()) -> None:
        super().__init__(expected)
        self.expected = expected
        self.got = got
        self.why = tuple(why)

    def parts(self) -> list[tuple[str, str]]:
        """Return the lines of the message, each with the word before it."""
        first, *others = self.got.split("\n")
        parts = [("expected", self.expected), ("got", first), *(("", line) for line in others)]
        return [*parts, *(("" if at else "why", line) for at, line in enumerate(self.why))]

    def __str__(self) -> str:
        return "\n".join(f"{word:9} {line}".rstrip() for word, line in self.parts())


class UnscriptedEffectError(AssertionError):
    """Raised for an effectful action that ran without an answer in the test's script."""


def hold_outcome(what: str, wanted: str | None, reason: str | None) -> None:
    """Hold the reason of a failure, None if there was none, against the text that is wanted.

    Raises:
        ExpectationError: it failed, or did not, or for another reason.
    """
    __tracebackhide__ = True
    if wanted is None and reason is not None:
        raise ExpectationError(f"{what} is done", reason)
    if wanted is not None and reason is None:
        raise ExpectationError(f"{what} fails: {wanted}", "it is done")
    if wanted is not None and reason is not None and wanted not in reason:
        raise ExpectationError(f"{what} fails: {wanted}", reason)


def whole(error: JidoCliError) -> str:
    """Return all that an error says, in one line."""
    return ": ".join(one for one in (error.message, error.where, error.why) if one)
