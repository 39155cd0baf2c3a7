"""Where agents send signals: in actions, directives, schedules and error policies.

Read off the document, one record for each place. Who takes what is in `flow`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from jido_cli.lint.records import Action, Agent
from jido_cli.topology import raw, strategies
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

Kind = Literal["emit", "later", "schedule", "answer", "policy", "declared", "sensor"]
ABSENT: Final = object()
UNKNOWN: Final = object()


class Sending(msgspec.Struct, frozen=True, eq=False):
    """One place where agents send a signal.

    Attributes:
        kind: how: `emit`, `later` (the directives schedule and cron), `schedule` (an agent's),
            `answer` (of run_instruction), `policy` (on_error of an agent, on_terminal of its
            machine), `declared` (`emits`), `sensor` (what an agent's sensor sends it).
        agents: who does it.
        type: the signal's type, None where it is computed.
        place: path of the type in the document.
        to: where it goes, as written; `bus` where nothing is said.
        data: what it carries, as written; `ABSENT` for nothing, `UNKNOWN` where nobody can tell.
        data_place: path of the data, or of the type where there is none.
        action: in which it stands, if in one.
        is_sure: whether it is sent every time its action is done.
    """

    kind: Kind
    agents: tuple[str, ...]
    type: str | None
    place: Path
    to: object = "bus"
    data: object = UNKNOWN
    data_place: Path = ()
    action: Action | None = None
    is_sure: bool = False


def of_action(action: Action, users: tuple[str, ...]) -> Iterator[Sending]:
    """Yield what an action sends, for the agents that run it."""
    is_sure = action.run is None and "require" not in action.value
    yield from _of_block(action, action.value, action.path, users, is_sure=is_sure)
    failed = raw.mapping(action.value.get("on_error"))
    yield from _of_block(action, failed, (*action.path, "on_error"), users, is_sure=False)


def _of_block(
    action: Action, block: Raw, path: Path, users: tuple[str, ...], *, is_sure: bool
) -> Iterator[Sending]:
    emit = block.get("emit")
    for index, item in enumerate(emit) if isinstance(emit, list) else [(None, emit)]:
        place: Path = (*path, "emit") if index is None else (*path, "emit", index)
        if isinstance(item, dict):
            yield _emission(action, item, place, users, is_sure=is_sure)
    for index, item in enumerate(raw.items(block.get("directives"))):
        if isinstance(item, dict):
            place = (*path, "directives", index)
            is_always = is_sure and not {"when", "for_each"} & set(item)
            yield from _of_directive(action, item, place, users, is_sure=is_always)


def _of_directive(
    action: Action, item: Raw, path: Path, users: tuple[str, ...], *, is_sure: bool
) -> Iterator[Sending]:
    if isinstance(emit := item.get("emit"), dict):
        yield _emission(action, emit, (*path, "emit"), users, is_sure=is_sure)
    for key in ("schedule", "cron"):
        inner = raw.mapping(item.get(key))
        if "signal" in inner:
            yield _signal(inner["signal"], (*path, key, "signal"), "later", users, action)
    asked = raw.mapping(item.get("start_sensor"))
    if "signal" in asked:
        place = (*path, "start_sensor", "signal")
        yield _sensed(asked, place, users, action)
    instruction = raw.mapping(item.get("run_instruction"))
    for key in ("on_result", "on_error"):
        if key in instruction:
            place = (*path, "run_instruction", key)
            type_ = raw.text(instruction[key])
            yield Sending("answer", users, type_, place, "self", data_place=place, action=action)


def _emission(
    action: Action, item: Raw, path: Path, users: tuple[str, ...], *, is_sure: bool
) -> Sending:
    return Sending(
        "emit",
        users,
        raw.text(item.get("type")),
        (*path, "type"),
        item.get("to", "bus"),
        item.get("data", ABSENT),
        (*path, "data") if "data" in item else (*path, "type"),
        action,
        is_sure=is_sure and not {"when", "for_each"} & set(item),
    )


def _signal(
    signal: object, path: Path, kind: Kind, agents: tuple[str, ...], action: Action | None = None
) -> Sending:
    """Return the sending of a signal that comes back to the agent itself."""
    if not isinstance(signal, dict):
        type_ = raw.text(signal)
        return Sending(kind, agents, type_, path, "self", ABSENT, path, action)
    place = (*path, "type")
    data = signal.get("data", ABSENT)
    data_place = place if data is ABSENT else (*path, "data")
    return Sending(
        kind, agents, raw.text(signal.get("type")), place, "self", data, data_place, action
    )


def _sensed(
    sensor: Raw, place: Path, agents: tuple[str, ...], action: Action | None = None
) -> Sending:
    """Return the sending of a sensor: what data it has, only the sensor knows."""
    type_ = raw.text(sensor["signal"])
    return Sending("sensor", agents, type_, place, "self", data_place=place, action=action)


def of_agent(agent: Agent) -> Iterator[Sending]:
    """Yield what an agent sends besides its actions."""
    for name, schedule in raw.mapping(agent.value.get("schedules")).items():
        if isinstance(schedule, dict) and "signal" in schedule and not name.startswith("x-"):
            path = (*agent.path, "schedules", name, "signal")
            yield _signal(schedule["signal"], path, "schedule", (agent.name,))
    for sensor in raw.sensors(raw.RawNode(agent.path, agent.value)):
        if "signal" in sensor.value:
            yield _sensed(sensor.value, (*sensor.path, "signal"), (agent.name,))
    for index, type_ in enumerate(raw.items(agent.value.get("emits"))):
        path = (*agent.path, "emits", index)
        yield Sending("declared", (agent.name,), raw.text(type_), path, data_place=path)
    end = raw.mapping((strategies.fsm_of(agent.value) or {}).get("on_terminal"))
    if "emit" in end:
        path = (*agent.path, *strategies.FSM_PATH, "on_terminal", "emit")
        yield Sending("policy", (agent.name,), raw.text(end["emit"]), path, data_place=path)
    yield from of_policy(agent.value, agent.path, agent.name)


def of_policy(holder: Raw, path: Path, agent: str) -> Iterator[Sending]:
    """Yield what is sent when a command fails, by an agent's or a child's `on_error`."""
    policy = raw.mapping(holder.get("on_error"))
    parts: list[tuple[Path, Raw]] = [(("on_error",), policy)]
    parts += [(("on_error", key), raw.mapping(policy.get(key))) for key in ("declared", "bug")]
    for below, part in parts:
        if "emit" in part:
            place = (*path, *below, "emit")
            yield Sending("policy", (agent,), raw.text(part["emit"]), place, data_place=place)
