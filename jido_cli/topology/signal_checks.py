"""Are patterns, signal types and schedules well formed?

Whether anybody hears a signal is the linter's business; a schedule must be due some day.
"""

from __future__ import annotations

from jido_cli.core.router import PatternError, parse_pattern
from jido_cli.topology import raw, strategies
from jido_cli.topology.positions import Path, Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import (
    BAD_PATTERN,
    BAD_SIGNAL_TYPE,
    Findings,
)
from jido_cli.topology.schedule_checks import Rhythms
from jido_cli.topology.words import Suggester


def check(document: Raw, positions: Positions, findings: Findings, suggester: Suggester) -> None:
    """Add a finding for every malformed pattern, type and schedule."""
    checker = _Signals(positions, findings, suggester)
    for _, agent in raw.entries(document, "agents"):
        checker.check_agent(agent)
    for supervisor in raw.supervisors(document):
        for child in raw.specs(supervisor):
            checker.check_overrides(child)
    for signal_type in raw.mapping(document.get("signals")):
        checker.check_type(("signals", signal_type), signal_type, is_key=True)
    for action in raw.actions(document):
        for path, signal in raw.emitted(action.path, action.value):
            checker.check_type((*path, "type"), signal.get("type"))
        for path, directive in raw.directives(action.path, action.value):
            checker.check_directive(path, directive)


class _Signals:
    def __init__(self, positions: Positions, findings: Findings, suggester: Suggester) -> None:
        self._positions = positions
        self._findings = findings
        self._rhythms = Rhythms(positions, findings, suggester)

    def check_agent(self, agent: RawNode) -> None:
        for pattern in raw.mapping(agent.value.get("routes")):
            self._check_pattern((*agent.path, "routes", pattern), pattern, is_key=True)
        self.check_overrides(agent)
        for index, signal_type in enumerate(raw.items(agent.value.get("emits"))):
            self.check_type((*agent.path, "emits", index), signal_type)
        for sensor in raw.sensors(agent):
            self.check_type((*sensor.path, "signal"), sensor.value.get("signal"))
        for schedule in raw.schedules(agent):
            self._check_schedule(schedule)
        end = raw.mapping((strategies.fsm_of(agent.value) or {}).get("on_terminal"))
        self.check_type((*agent.path, *strategies.FSM_PATH, "on_terminal", "emit"), end.get("emit"))

    def check_overrides(self, node: RawNode) -> None:
        """Check what an agent says and a child may override."""
        for index, pattern in enumerate(raw.items(node.value.get("subscribe"))):
            if isinstance(pattern, str):
                self._check_pattern((*node.path, "subscribe", index), pattern)
        on_error = raw.mapping(node.value.get("on_error"))
        path = (*node.path, "on_error")
        self.check_type((*path, "emit"), on_error.get("emit"))
        for half in ("declared", "bug"):
            self.check_type((*path, half, "emit"), raw.mapping(on_error.get(half)).get("emit"))

    def check_directive(self, path: Path, directive: Raw) -> None:
        """Check the signals and the rhythm in a directive."""
        for kind in ("schedule", "cron"):
            value = raw.mapping(directive.get(kind))
            signal = value.get("signal")
            if isinstance(signal, dict):
                self.check_type((*path, kind, "signal", "type"), signal.get("type"))
            else:
                self.check_type((*path, kind, "signal"), signal)
        asked = raw.mapping(directive.get("start_sensor"))
        self.check_type((*path, "start_sensor", "signal"), asked.get("signal"))
        for key in ("on_result", "on_error"):
            signal_type = raw.mapping(directive.get("run_instruction")).get(key)
            self.check_type((*path, "run_instruction", key), signal_type)
        cron = raw.mapping(directive.get("cron"))
        self._rhythms.check_cron(RawNode((*path, "cron"), cron))

    def check_type(self, path: Path, signal_type: object, *, is_key: bool = False) -> None:
        """Check a signal type: a pattern without wildcards."""
        if raw.text(signal_type) is None or not isinstance(signal_type, str) or not signal_type:
            return
        place = self._positions.key(path) if is_key else self._positions.value(path)
        try:
            is_literal = parse_pattern(signal_type).is_literal
        except PatternError as error:
            fact = f"{signal_type!r} is not a signal type: {error.why}"
            self._findings.add(BAD_SIGNAL_TYPE, place, fact)
            return
        if not is_literal:
            fact = f"signal type {signal_type!r} has a wildcard: it must be one type"
            self._findings.add(BAD_SIGNAL_TYPE, place, fact)

    def _check_pattern(self, path: Path, pattern: str, *, is_key: bool = False) -> None:
        if not pattern:
            return
        place = self._positions.key(path) if is_key else self._positions.value(path)
        try:
            parse_pattern(pattern)
        except PatternError as error:
            fact = f"{pattern!r} is not a signal pattern: {error.why}"
            hint = "segments of a-z A-Z 0-9 _ - joined by dots; * is one segment, ** any number"
            self._findings.add(BAD_PATTERN, place, fact, hint=hint)

    def _check_schedule(self, schedule: RawNode) -> None:
        value, path = schedule.value, schedule.path
        signal = value.get("signal")
        if isinstance(signal, dict):
            self.check_type((*path, "signal", "type"), signal.get("type"))
        else:
            self.check_type((*path, "signal"), signal)
        self._rhythms.check_schedule(schedule)
