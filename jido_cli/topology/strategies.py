"""Strategies as the file declares them: read from the document, made into declarations.

Only the reading: what is wrong with a machine is `strategy_checks`' business, what it does is
`jido_cli.core.fsm`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, cast

from jido_cli.core.schema_short import is_full_schema
from jido_cli.core.values import freeze
from jido_cli.topology import raw
from jido_cli.topology.model import FsmDecl, StrategyDecl
from jido_cli.topology.positions import Path, Pos
from jido_cli.topology.raw import Raw, RawNode

FSM_PATH: Final[Path] = ("strategy", "fsm")


def fsm_of(agent: Raw) -> Raw | None:
    """Return the machine that an agent's declaration has, if it has one."""
    fsm = raw.mapping(agent.get("strategy")).get("fsm")
    return fsm if isinstance(fsm, dict) else None


def strategy_place(agent: Raw) -> Path:
    """Return the path within an agent to what its strategy is: `fsm`, `run` or the word."""
    strategy = agent.get("strategy")
    if isinstance(strategy, dict):
        return ("strategy", "fsm" if "fsm" in strategy else "run")
    return ("strategy",)


def declared_strategy(agent: Raw, pos: Pos) -> FsmDecl | StrategyDecl | None:
    """Return the strategy of an agent in which nothing is wrong, None for `direct`."""
    strategy = raw.mapping(agent.get("strategy"))
    if "run" in strategy:
        given = cast("Mapping[str, object]", freeze(strategy.get("with", {})))
        return StrategyDecl(str(strategy["run"]), pos, given)
    fsm = fsm_of(agent)
    if fsm is None:
        return None
    field = str(fsm["field"])
    end = fsm.get("on_terminal")
    emits = raw.mapping(end).get("emit")
    return FsmDecl(
        field=field,
        initial=str(fsm.get("initial", field_default(agent, field))),
        transitions=MappingProxyType({state: tuple(to) for state, to in transitions(fsm).items()}),
        pos=pos,
        terminal=tuple(texts(fsm.get("terminal"))),
        on_terminal="stop" if end == "stop" else "none" if emits is None else "emit",
        emit="" if emits is None else str(emits),
    )


def state_members(agent: Raw) -> Raw:
    """Return what the agent's state declares, by name, in either form."""
    state = raw.mapping(agent.get("state"))
    return raw.mapping(state.get("properties")) if is_full_schema(state) else state


def field_schema(agent: Raw, field: str) -> object:
    """Return what the agent's state declares for *field*: a schema, a default, or None."""
    return state_members(agent).get(field)


def field_default(agent: Raw, field: str) -> object:
    """Return the default that the agent's state declares for *field*, if any."""
    declared = field_schema(agent, field)
    return declared.get("default") if isinstance(declared, dict) else declared


def transitions(fsm: Raw) -> Mapping[str, list[str]]:
    """Return the table, as far as it is one."""
    table = raw.mapping(fsm.get("transitions")).items()
    return {state: texts(to) for state, to in table if not state.startswith("x-")}


def states(fsm: Raw) -> list[str]:
    """Return every state that the table names, in its order."""
    table = transitions(fsm)
    targets = [to for below in table.values() for to in below]
    return list(dict.fromkeys((*table, *targets)))


def texts(value: object) -> list[str]:
    """Return the texts in a list, or the one that stands in its place."""
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, str)]


def route_states(form: object) -> list[str]:
    """Return the states that a route is for; none means all."""
    return texts(raw.mapping(form).get("in"))


def gates(agent: RawNode) -> list[tuple[Path, str]]:
    """Return every state that the routes of an agent name, with its path."""
    found: list[tuple[Path, str]] = []
    for _, path, form in raw.routes(agent):
        given = raw.mapping(form).get("in")
        if isinstance(given, str):
            found.append(((*path, "in"), given))
        found += [
            ((*path, "in", index), state)
            for index, state in enumerate(raw.items(given))
            if isinstance(state, str)
        ]
    return found
