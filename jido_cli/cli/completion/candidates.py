"""What may stand in a slot of the command line: commands, options, and what the engine knows.

Texts of an engine are let through only if no shell could take them for anything but text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jido_cli.cli.application import JidoGroup
from jido_cli.cli.completion.slots import Slot
from jido_cli.cli.session import EngineSource
from jido_cli.observe.text.display import display

FILES = ("FILE", "K=PATH")
MOST = 500
# Neither quotes nor what shells expand: a word that is completed must not run anything.
_HARMLESS = re.compile(r"[A-Za-z0-9_./:=@%+,-]*")
_CHOICES = re.compile(r"[a-z]+(\|[a-z]+)+")
_AGENTS_ONLY = ("state", "send", "call")
KINDS = (
    *("started", "start_failed", "ignored", "exited", "restarted", "gave_up", "ready"),
    *("stopping", "stopped", "error", "unrouted", "dead_letter", "directive_failed", "expired"),
    *("overflow", "skipped", "refused", "stalled", "hung", "zombie", "zombie_gone", "late"),
    *("hibernated", "restored", "not_kept", "evicted"),
    "scaled",
    *("adopted", "orphaned"),
    *("paused", "resumed", "clock.regressed"),
    *("log", "console"),
    *("progress", "cancelled"),
    "degraded",
    "command",
)
DIRECTIVES = (
    *("emit", "schedule", "cancel", "cron", "cron_cancel", "spawn_agent", "stop_child"),
    *("adopt_child", "start_sensor", "stop_sensor"),
    *("run_instruction", "cancel_instruction", "reply", "error", "dead_letter", "stop"),
    "run",
)
OUTCOMES = ("ok", "dead", "cancelled", "error", "retry")
_LISTS = {"--kind": KINDS, "--type": DIRECTIVES, "--outcome": OUTCOMES}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may stand there, and a few words about it."""

    value: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a shell is told: words, or that it may complete files by itself."""

    candidates: tuple[Candidate, ...] = ()
    wants_files: bool = False


def answer(slot: Slot | None, engines: EngineSource, root_params: Iterable[Any]) -> Answer:
    """Return what fits a slot."""
    if slot is None:
        return Answer()
    if slot.param is not None and _wants_files(slot):
        return Answer(wants_files=True)
    # An option that may stand once and does already is offered all the same: it is in the help.
    found = (
        Candidate(slot.head + one.value, display(one.help))
        for one in _of(slot, engines, root_params)
        if one.value.startswith(slot.incomplete) and _HARMLESS.fullmatch(one.value)
    )
    return Answer(tuple(one for one, _ in zip(found, range(MOST), strict=False)))


def _wants_files(slot: Slot) -> bool:
    metavar = slot.param.metavar
    return metavar in FILES or (metavar == "PATH" and slot.command != "state")


def _of(slot: Slot, engines: EngineSource, root_params: Iterable[Any]) -> Iterator[Candidate]:
    if slot.is_option:
        yield from _options(slot.params if slot.command else root_params, slot.incomplete)
    elif slot.command is None:
        yield from (Candidate(name, e.summary) for name, e in JidoGroup.entries.items())
    elif slot.param is not None:
        yield from _values(slot, engines)


def _options(params: Iterable[Any], incomplete: str) -> Iterator[Candidate]:
    """Yield the options; short ones only when nothing but a dash is typed."""
    for param in params:
        if param.param_type_name == "argument" or param.hidden:
            continue
        for name in param.opts:
            if name.startswith("--") or incomplete == name:
                yield Candidate(name, param.help or "")
    yield Candidate("--help", "Show this message and exit.")


def _values(slot: Slot, engines: EngineSource) -> Iterator[Candidate]:
    param = slot.param
    metavar = param.metavar or ""
    option = param.opts[0] if param.opts else ""
    if _CHOICES.fullmatch(metavar):
        yield from (Candidate(word) for word in metavar.split("|"))
    elif option in _LISTS and metavar == "A,B":
        done, comma, _ = slot.incomplete.rpartition(",")
        yield from (Candidate(f"{done}{comma}{word}") for word in _LISTS[option])
    elif option == "--engine":
        yield from (
            Candidate(one.name, one.record.file if one.record else "")
            for one in engines.found()
            if one.is_alive
        )
    elif metavar == "ID":
        yield from _nodes(slot, engines)
    elif metavar == "CODE":
        yield from _codes()
    elif slot.command in _AGENTS_ONLY:
        yield from _of_agent(slot, engines, metavar)


def _nodes(slot: Slot, engines: EngineSource) -> Iterator[Candidate]:
    from jido_cli.observe.text.names import short_names

    with engines.connect(engines.pick(slot.engine, "ps")) as handle:
        nodes = handle.tree()["nodes"]
    only_agents = slot.command in _AGENTS_ONLY
    wanted = [node for node in nodes if not only_agents or node["kind"] == "agent"]
    names = short_names(node["path"] for node in nodes)
    for node in wanted:
        path = node["path"]
        name = path if "/" in slot.incomplete else names[path]
        what = node.get("agent") or node.get("strategy") or ""
        yield Candidate(name, f"{node['kind']} {what}, {node['status']}")
        if name != path and path.startswith(slot.incomplete) and slot.incomplete:
            yield Candidate(path, f"{node['kind']} {what}, {node['status']}")


def _codes() -> Iterator[Candidate]:
    from jido_cli.lint.pages import codes, page

    for code in codes():
        found = page(code)
        yield Candidate(code, found.name)
        yield Candidate(found.name, code)


def _of_agent(slot: Slot, engines: EngineSource, metavar: str) -> Iterator[Candidate]:
    from jido_cli.cli.signalling import route_for

    ident = slot.arguments[0]
    with engines.connect(engines.pick(slot.engine, "ps")) as handle:
        if metavar == "PATH":
            yield from _keys(handle.state, ident, slot.incomplete)
            return
        node = handle.node(ident)
    if metavar == "TYPE":
        routes = [route for route in node["routes"] if "*" not in route["pattern"]]
        yield from (Candidate(one["pattern"], ", ".join(one["actions"])) for one in routes)
    elif metavar == "K=V" and len(slot.arguments) > 1:
        given = {word.partition("=")[0].removesuffix(":") for word in slot.arguments[2:]}
        yield from _parameters(route_for(node, slot.arguments[1]), given)


def _parameters(route: Mapping[str, Any] | None, given: set[str]) -> Iterator[Candidate]:
    from jido_cli.control.parameters import properties

    for name, schema in properties(route.get("params") if route else None).items():
        if name not in given:
            kind = schema.get("type", "") if isinstance(schema, Mapping) else ""
            yield Candidate(f"{name}=", kind if isinstance(kind, str) else "")


def _keys(state: Any, ident: str, incomplete: str) -> Iterator[Candidate]:
    parent, dot, _ = incomplete.rpartition(".")
    value = state(ident, parent or None)["state"]
    if isinstance(value, Mapping):
        yield from (Candidate(f"{parent}{dot}{key}") for key in value)
