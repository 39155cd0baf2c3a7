"""What a signal carries is what the catalogue says about its type.

Why: the catalogue is the contract between the agents. Data is held against it when a signal is
sent and when it arrives; what breaks it fails the command that sends it. Where the data stands in
the file, this can be seen before anything runs.

FAIL:

    jido: v1
    name: broken
    signals:
      stock.changed: {external: true, data: {sku: {type: string}, left: {type: integer}}}
    agents:
      stock:
        state: {left: 5}
        routes:
          stock.counted: {set: {left: 4}, emit: {type: stock.changed, data: {sku: 17}}}
    supervisor:
      children: [{agent: stock}]

PASS:

    jido: v1
    name: kept
    signals:
      stock.changed: {external: true, data: {sku: {type: string}, left: {type: integer}}}
    agents:
      stock:
        state: {left: 5}
        routes:
          stock.counted:
            set: {left: 4}
            emit: {type: stock.changed, data: {sku: apple, left: "${{ next.left }}"}}
    supervisor:
      children: [{agent: stock}]

Fix: send what the catalogue promises, or change the catalogue: a `default`, or `nullable: true`,
makes room for data that is not always there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.fitting import members_misfit, shape_of
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.lint.sendings import ABSENT, UNKNOWN, Sending
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD415", "signal-data", "error")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for all data that breaks the catalogue."""
    for sending in picture.flow.sendings:
        declared = picture.signals.get(sending.type or "", {})
        if "data" in declared and sending.data is not UNKNOWN:
            yield from _broken(picture, sending, declared["data"])


def _broken(picture: Picture, sending: Sending, declared: object) -> Iterator[Diagnostic]:
    schema = shape_of(declared)
    data = {} if sending.data is ABSENT else sending.data
    if schema is None or not isinstance(data, dict):
        return
    line = picture.line(("signals", str(sending.type)))
    scope = picture.shapes.scope(sending.agents[0], sending.action)
    for misfit in members_misfit(data, schema, scope, is_strict=True):
        notes = (f"the catalogue has it at {line}",)
        if misfit.missing:
            is_bare = sending.data_place == sending.place
            place = (picture.value if is_bare else picture.key)(sending.data_place)
            fact = f"signal {sending.type!r} carries no {misfit.lacking}"
            yield RULE.found(picture, place, fact, hint=misfit.hint, notes=notes)
            continue
        path = (*sending.data_place, *misfit.path)
        place = picture.key(path) if misfit.is_key else picture.value(path)
        fact = f"data of {sending.type!r}: {misfit.fact}"
        yield RULE.found(picture, place, fact, hint=misfit.hint, notes=notes)
