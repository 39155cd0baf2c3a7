"""A comment that ignores a finding says which, and why.

Why: whoever reads the file later has to know why a finding is meant, and a comment with a code that
does not exist silences nothing. What the loader finds cannot be ignored: such a file does not run.

FAIL:

    jido: v1
    name: silent
    agents:
      till: {routes: {item.sold: {emit: {type: receipt.wanted}}}}  # jido: ignore[JD402]
    supervisor:
      children: [{agent: till}]

PASS:

    jido: v1
    name: explained
    agents:
      till: {routes: {item.sold: {emit: {type: receipt.wanted}}}}  # jido: ignore[JD402] logged
    supervisor:
      children: [{agent: till}]

Fix: write `# jido: ignore[CODE] reason`, several codes with commas, at the end of the line of the
finding or alone on the line above it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.ignores import Ignore
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD901", "bad-ignore", "warning")


def check(
    picture: Picture, comments: Iterable[Ignore], codes: Collection[str], fixed: Collection[str]
) -> Iterator[Diagnostic]:
    """Yield a finding for every comment that cannot count.

    Args:
        picture: of the topology.
        comments: all of them.
        codes: of the rules that may be ignored.
        fixed: of those that may not.
    """
    for comment in comments:
        fault = fault_of(comment, codes, fixed)
        if fault is not None:
            yield RULE.found(picture, comment.pos, fault[0], hint=fault[1])


def fault_of(
    comment: Ignore, codes: Collection[str], fixed: Collection[str]
) -> tuple[str, str | None] | None:
    """Return why a comment does not count, and what to write instead; None if it counts."""
    if not comment.codes:
        return "the comment does not say what it ignores", "# jido: ignore[JD402] reason"
    for code in comment.codes:
        if code in fixed:
            return f"{code} cannot be ignored: a file with such a mistake does not run", None
        if code not in codes:
            hint = did_you_mean(code, codes) or "the code stands in brackets behind the finding"
            return f"{code!r} is not the code of a rule", hint
    if not comment.reason:
        listed = ", ".join(comment.codes)
        return "the comment does not say why", f"# jido: ignore[{listed}] reason"
    return None
