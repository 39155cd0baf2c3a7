"""A signal that is addressed to a node goes to one that is there.

Why: `to: {agent: ID}` names a child by its id or path, and so does `adopt_child: {child: ID}`.
Where no child has that id, every such signal becomes a dead letter, and every such adoption fails.
Ids of children that are started at run time are not known, so the rule is silent where a dynamic
supervisor, `spawn_agent` or Python may start one.

FAIL:

    jido: v1
    name: lost
    agents:
      till:
        routes: {item.sold: {emit: {type: receipt.wanted, to: {agent: pritner}}}}
      printer:
        state: {printed: 0}
        routes: {receipt.wanted: {set: {printed: "${{ state.printed + 1 }}"}}}
    supervisor:
      children: [{agent: till}, {agent: printer}]

PASS:

    jido: v1
    name: found
    agents:
      till:
        routes: {item.sold: {emit: {type: receipt.wanted, to: {agent: printer}}}}
      printer:
        state: {printed: 0}
        routes: {receipt.wanted: {set: {printed: "${{ state.printed + 1 }}"}}}
    supervisor:
      children: [{agent: till}, {agent: printer}]

Fix: name a child by its id, or by as much of its path as makes it the only one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.lint.sendings import Sending
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path

RULE: Final = Rule("JD412", "unknown-target", "warning", needs_whole=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every target that no child is."""
    yield from _keyed_supervisors(picture)
    if picture.starts_children or any(one.picture.starts_children for one in picture.mounts):
        return
    for sending in picture.flow.sendings:
        for path, ident in _named(sending):
            yield from _look_for(picture, path, ident)
    for action in picture.all_actions:
        for path, item in raw.directives(action.path, action.value):
            name = raw.text(raw.mapping(item.get("adopt_child")).get("child"))
            last = None if name is None else name.rpartition("/")[2]
            if name is not None and not any(one.id == last for one in picture.supervisors):
                yield from _look_for(picture, (*path, "adopt_child", "child"), name)


def _look_for(picture: Picture, path: Path, ident: str) -> Iterator[Diagnostic]:
    if not picture.flow.is_child(ident):
        ids = {child.id for one in picture.supervisors for child in one.children}
        fact = f"there is no child {ident!r}"
        yield RULE.found(picture, picture.value(path), fact, hint=did_you_mean(ident, ids))


def _keyed_supervisors(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every `{key, of}` whose `of` is no keyed supervisor."""
    if picture.mounts:
        return  # it may stand in another file
    keyed = {one.id for one in picture.supervisors if "keyed_by" in one.value}
    for sending in picture.flow.sendings:
        for path, ident in _named(sending, "of"):
            if ident.rpartition("/")[2] not in keyed:
                yield RULE.found(
                    picture,
                    picture.value(path),
                    f"there is no keyed supervisor {ident!r}",
                    hint=did_you_mean(ident, keyed),
                )


def _named(sending: Sending, key: str = "agent") -> Iterator[tuple[Path, str]]:
    path = (*sending.place[:-1], "to")
    targets = enumerate(sending.to) if isinstance(sending.to, list) else [(None, sending.to)]
    for index, target in targets:
        ident = raw.text(raw.mapping(target).get(key))
        if ident is not None:
            yield ((*path, key) if index is None else (*path, index, key)), ident
