"""A comment that ignores a finding has a finding to ignore.

Why: a comment that silences nothing hides the next mistake of its kind on that line.

FAIL:

    jido: v1
    name: outdated
    agents:
      till: {state: {sold: 0}, routes: {item.sold: {set: {sold: 1}}}}  # jido: ignore[JD402] later
    supervisor:
      children: [{agent: till}]

PASS:

    jido: v1
    name: clean
    agents:
      till: {state: {sold: 0}, routes: {item.sold: {set: {sold: 1}}}}
    supervisor:
      children: [{agent: till}]

Fix: take the comment out, or put it on the line of the finding, or alone on the line above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from jido_cli.lint.ignores import Ignore
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD902", "unused-ignore", "warning")


def check(picture: Picture, unused: Mapping[Ignore, list[str]]) -> Iterator[Diagnostic]:
    """Yield a finding for every comment with codes that silenced nothing."""
    for comment, codes in unused.items():
        fact = f"nothing on line {comment.line} breaks {', '.join(codes)}"
        yield RULE.found(picture, comment.pos, fact, hint="take the comment out")
