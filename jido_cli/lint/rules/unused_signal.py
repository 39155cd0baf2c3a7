"""Every signal of the catalogue is sent or taken.

Why: the catalogue tells people what goes around. A type in it that no agent sends and no route
takes, and that is not `external`, is left over, or is spelled differently where it is used. The
rule is silent where Python may send types that the file does not name (`emits`).

FAIL:

    jido: v1
    name: leftover
    signals:
      order.placed: {external: true}
      order.cancelled: {}
    agents:
      orders: {state: {n: 0}, routes: {order.placed: {set: {n: "${{ state.n + 1 }}"}}}}
    supervisor:
      children: [{agent: orders}]

PASS:

    jido: v1
    name: used
    signals:
      order.placed: {external: true}
      order.cancelled: {external: true}
    agents:
      orders:
        state: {n: 0}
        routes:
          order.placed: {set: {n: "${{ state.n + 1 }}"}}
          order.cancelled: {set: {n: "${{ state.n - 1 }}"}}
    supervisor:
      children: [{agent: orders}]

Fix: send it, route it, write `external: true` for what others send or take, or take it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.lint.wording import slip_of
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD214", "unused-signal", "warning", needs_whole=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every type of the catalogue that nothing sends or takes."""
    flow = picture.flow
    if not picture.signals or not flow.is_complete:
        return
    for type_, declared in picture.signals.items():
        if "external" in declared or type_ in flow.types or picture.router.takes(type_):
            continue
        used = {*flow.types, *(pattern.text for pattern in picture.router.patterns)}
        meant = slip_of(type_, used - set(picture.signals))
        yield RULE.found(
            picture,
            picture.key(("signals", type_)),
            f"signal {type_!r} is in the catalogue, nothing sends or takes it",
            hint=f"did you mean {meant!r}?"
            if meant
            else "write external: true if others send and take it, or take it out",
        )
