"""Every variable is read.

Why: a variable that no expression reads is an input that changes nothing. Whoever sets it is
misled, and a required one has to be given for no reason.

FAIL:

    jido: v1
    name: ignored
    vars:
      region: {type: string, default: eu}
    agents:
      desk: {state: {region: eu}, routes: {desk.opened: {set: {region: us}}}}
    supervisor:
      children: [{agent: desk}]

PASS:

    jido: v1
    name: read
    vars:
      region: {type: string, default: eu}
    agents:
      desk: {state: {region: eu}, routes: {desk.opened: {set: {region: "${{ vars.region }}"}}}}
    supervisor:
      children: [{agent: desk}]

Fix: use it as `${{ vars.name }}`, or take it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD213", "unused-var", "warning", needs_whole=True)
_READ: Final = r"""\bvars\s*(?:\.\s*\??\s*(\w+)|\[\s*\??\s*\\?["'](\w+)\\?["']\s*\])"""
_WHOLE: Final = r"""\bvars\b(?!\s*[.\[:\w"'`])"""


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every variable that nothing reads."""
    declared = [name for name, _ in raw.entries(picture.document, "vars")]
    # Expressions of the file's own have their values already: only the texts still have them.
    if not declared or any(re.search(_WHOLE, text) for text in picture.texts):
        return
    read = {match[1] or match[2] for text in picture.texts for match in re.finditer(_READ, text)}
    for name in declared:
        if name not in read and name not in picture.python_words:
            yield RULE.found(
                picture,
                picture.key(("vars", name)),
                f"variable {name!r} is declared, nothing reads it",
                hint=f"read it as ${{{{ vars.{name} }}}}, or take it out",
            )
