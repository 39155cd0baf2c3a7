"""The steps of scenarios as rules look at them: what they name, send and expect.

Read off the document; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from jido_cli.core.expressions import ExpressionError
from jido_cli.core.tree_expressions import mentions_in
from jido_cli.topology import raw
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

STEER: Final = ("crash", "kill", "stop", "start", "restart")
Wanted = Literal["node", "agent", "receiver", "supervisor", "group"]


class NamedNode(msgspec.Struct, frozen=True):
    """A name of a node, where it stands, and what kind of node it should be."""

    ident: str
    path: Path
    wanted: Wanted


class NamedType(msgspec.Struct, frozen=True):
    """A type of signal that is expected; `is_emitted` if an agent must send it."""

    type: str
    path: Path
    is_emitted: bool


class Sent(msgspec.Struct, frozen=True):
    """A signal that a step sends; *path* leads to the signal."""

    to: str
    type: str
    data: object
    path: Path
    may_fail: bool


def nodes_of(document: Raw) -> Iterator[NamedNode]:
    """Yield every node that a scenario names."""
    for path, step in _steps(document):
        for verb in STEER:
            if (ident := raw.text(step.get(verb))) is not None and "fails" not in step:
                yield NamedNode(ident, (*path, verb), "node")
        for place, value in _expected(path, step):
            for index, item in enumerate(raw.items(raw.mapping(value).get("restarted"))):
                if (ident := raw.text(item)) is not None:
                    yield NamedNode(ident, (*place, "restarted", index), "node")
    for sent in sent_by(document):
        if not sent.may_fail:
            yield NamedNode(sent.to, (*sent.path, "to"), "receiver")
    wanted: dict[str, Wanted] = {"agents": "agent", "supervisors": "supervisor", "group": "group"}
    for place, text in _conditions(document):
        for kind, name in _mentioned(text):
            if kind in wanted:
                yield NamedNode(name, place, wanted[kind])


def types_of(document: Raw) -> Iterator[NamedType]:
    """Yield every type of signal that a scenario expects, but for those of none."""
    for path, step in _steps(document):
        for place, value in _expected(path, step):
            for index, item in enumerate(raw.items(raw.mapping(value).get("emitted"))):
                if (named := raw.text(raw.mapping(item).get("type"))) is not None:
                    yield NamedType(named, (*place, "emitted", index, "type"), True)
    for place, text in _conditions(document):
        for kind, name in _mentioned(text):
            if kind == "signals":
                yield NamedType(name, place, False)


def sent_by(document: Raw) -> Iterator[Sent]:
    """Yield every signal that a scenario sends."""
    for path, step in _steps(document):
        for verb in ("send", "call"):
            signal = raw.mapping(step.get(verb))
            to, named = raw.text(signal.get("to")), raw.text(signal.get("type"))
            if to is not None and named is not None:
                yield Sent(to, named, signal.get("data"), (*path, verb), "fails" in step)


def _steps(document: Raw) -> Iterator[tuple[Path, Raw]]:
    for _, scenario in raw.entries(document, "scenarios"):
        for index, step in enumerate(raw.items(scenario.value.get("steps"))):
            if isinstance(step, dict):
                yield (*scenario.path, "steps", index), step


def _expected(path: Path, step: Raw) -> Iterator[tuple[Path, object]]:
    """Yield what one step expects, a list of things taken apart."""
    expect = step.get("expect")
    yield (*path, "expect"), expect
    for index, item in enumerate(raw.items(expect)):
        yield (*path, "expect", index), item


def _conditions(document: Raw) -> Iterator[tuple[Path, str]]:
    for path, step in _steps(document):
        until = raw.mapping(step.get("wait")).get("until")
        if isinstance(until, str):
            yield (*path, "wait", "until"), until
        for place, value in _expected(path, step):
            if isinstance(value, str):
                yield place, value


def _mentioned(text: str) -> Sequence[tuple[str, str]]:
    try:
        return mentions_in(text)
    except ExpressionError:
        return []  # told by the loader
