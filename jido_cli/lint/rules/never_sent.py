"""What the catalogue knows and a route takes is also sent.

Why: a route for a type that nothing sends never runs. The catalogue says which types come from
outside (`external: true`); a type in it that is not external, and that no agent sends, is missing
its sender, or is spelled differently there. Types that are not in the catalogue may come from
anywhere, and the rule is silent where Python may send types that the file does not name (`emits`).

FAIL:

    jido: v1
    name: silent
    signals:
      stock.reserved: {data: {sku: {type: string}}}
    agents:
      shipping: {state: {sent: 0}, routes: {stock.reserved: {set: {sent: "${{ state.sent + 1 }}"}}}}
    supervisor:
      children: [{agent: shipping}]

PASS:

    jido: v1
    name: fed
    signals:
      stock.reserved: {external: true, data: {sku: {type: string}}}
    agents:
      shipping: {state: {sent: 0}, routes: {stock.reserved: {set: {sent: "${{ state.sent + 1 }}"}}}}
    supervisor:
      children: [{agent: shipping}]

Fix: write `external: true` if it comes from outside, or let an agent send it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.lint.wording import slip_of
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD411", "never-sent", "warning", needs_whole=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every route of a known type that nothing sends."""
    flow = picture.flow
    if not picture.signals or not flow.is_complete:
        return
    for agent in picture.agents.values():
        for route in agent.routes if agent.name in picture.instances else ():
            declared = picture.signals.get(route.pattern)
            if declared is None or "external" in declared or route.pattern in flow.types:
                continue
            meant = slip_of(route.pattern, flow.types - set(picture.signals))
            yield RULE.found(
                picture,
                picture.key(route.path),
                f"agent {agent.name!r} takes {route.pattern!r}, nothing sends it",
                hint=f"did you mean {meant!r}?"
                if meant
                else "write external: true in the catalogue if it comes from outside",
                notes=(f"the catalogue has it at {picture.line(('signals', route.pattern))}",),
            )
