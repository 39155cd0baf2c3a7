"""What plugins with hooks, and a strategy of one's own, add to an agent's commands.

Agents without either have no extension and pay nothing. Here is only the order in which hooks,
router, strategy and command follow each other; what a hook may do is `plugins.phases`' business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from jido_cli.core.agent import Agent
from jido_cli.core.choosing import chosen_steps
from jido_cli.core.command import failed_command, run_steps
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import Error
from jido_cli.core.failures import ActionFailure, failure_from, invalid
from jido_cli.core.instructions import BadInstructionError, resolve_instructions
from jido_cli.core.outcomes import Done, Suspended, Unrouted
from jido_cli.core.plugins.contract import Override
from jido_cli.core.plugins.phases import Phases, Refused
from jido_cli.core.plugins.slices import slice_of
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.signals import Signal
from jido_cli.core.snapshot import Snapshot
from jido_cli.core.steps import Step, addressed_step, routed_step
from jido_cli.core.strategy import (
    STRATEGY_KEY,
    TICK,
    Decision,
    Planned,
    Strategy,
    StrategyView,
    snapshot_of,
)
from jido_cli.core.values import FrozenDict, thaw

SNAPSHOT = "__snapshot__"
"""Where a strategy's slice holds the snapshot, if the strategy makes its own."""


class Extension:
    """The hooks and the strategy of one kind of agent.

    Args:
        phases: the hooks of its plugins.
        strategy: None for `direct` and machines of states.
    """

    __slots__ = ("_has_snapshot", "phases", "strategy")

    def __init__(self, phases: Phases, strategy: Strategy | None = None) -> None:
        self.phases = phases
        self.strategy = strategy
        self._has_snapshot = has_own_snapshot(strategy)

    def begin(self, agent: Agent, signal: Signal, ctx: Context) -> Done | Suspended | Unrouted:
        """Run the command that *signal* means: hooks, routes, strategy, command."""
        try:
            signal, override = self.phases.handle_signal(signal, agent.state, ctx)
            ctx.signal = signal
            signal, ctx.facts = self.phases.prepare_signal(signal, agent.state, ctx)
            ctx.signal = signal
            if self.strategy is not None and signal.type == TICK and override is None:
                return self._tick(agent, self.strategy, signal, ctx)
            steps = _steps(agent, signal, override)
            if not steps:
                return Unrouted(signal.type)
            return self._run(agent, steps, signal, ctx)
        except (Refused, BadInstructionError) as error:
            return failed_command(agent, error.failure)

    def ended(self, done: Done, before: Agent, signal: Signal | None, ctx: Context) -> Done:
        """Return a command that is over with what hooks and the strategy make of it."""
        try:
            done = self._concluded(done, signal, ctx)
            if signal is None or not self.phases.has("prepare_emit"):
                return done
            state = done.agent.state
            directives = self.phases.prepare_emit(done.directives, signal, state, ctx)
            return msgspec.structs.replace(done, directives=directives)
        except Refused as error:
            if done.error is None:
                return failed_command(before, error.failure)
            kept = tuple(one for one in done.directives if isinstance(one, Error))
            return msgspec.structs.replace(done, directives=kept)

    def answered(
        self, output: object, done: Done, signal: Signal, ctx: Context
    ) -> tuple[object, list[ActionFailure]]:
        """Return what a caller is answered as output, and what went wrong with that."""
        return self.phases.transform_result(output, signal, done.agent.state, ctx)

    def snapshot(self, state: Mapping[str, object]) -> Snapshot | None:
        """Return how far the strategy is, from a state; runs nothing of the user's."""
        if self.strategy is None:
            return None
        own = slice_of(state, STRATEGY_KEY)
        kept = own.get(SNAPSHOT)
        return snapshot_of(own) if kept is None else msgspec.convert(thaw(kept), Snapshot)

    # -- the strategy

    def _run(
        self, agent: Agent, steps: Sequence[Step], signal: Signal, ctx: Context
    ) -> Done | Suspended:
        decision = Decision()
        if self.strategy is not None:
            planned = [Planned(step.action.name, step) for step in steps]
            view = _view(agent.state, signal, ctx)
            decision = _decided(_ask(self.strategy, "plan", planned, view))
            steps = [step for one in decision.instructions for step in _step(agent, one)]
        if self.phases.has("prepare_action"):
            names = tuple(step.action.name for step in steps)
            ctx.facts = self.phases.prepare_action(signal, names, agent.state, ctx)
        state = _changed(agent, agent.state, decision.changes)
        return run_steps(agent, steps, signal, ctx, state, decision.directives)

    def _tick(
        self, agent: Agent, strategy: Strategy, signal: Signal, ctx: Context
    ) -> Done | Suspended | Unrouted:
        answer = _ask(strategy, "tick", _view(agent.state, signal, ctx))
        if answer is None:
            return Unrouted(signal.type)
        decision = _decided(answer)
        steps = [step for one in decision.instructions for step in _step(agent, one)]
        state = _changed(agent, agent.state, decision.changes)
        return run_steps(agent, steps, signal, ctx, state, decision.directives)

    def _concluded(self, done: Done, signal: Signal | None, ctx: Context) -> Done:
        if self.strategy is None:
            return done
        agent = done.agent
        view = _view(agent.state, signal, ctx)
        changes = _ask(self.strategy, "conclude", done.error, view)
        if changes is not None and not isinstance(changes, Mapping):
            raise _bad("conclude", changes, "a mapping or None")
        state = _changed(agent, agent.state, changes or {})
        if self._has_snapshot:
            kept = _ask(self.strategy, "snapshot", slice_of(state, STRATEGY_KEY))
            if not isinstance(kept, Snapshot):
                raise _bad("snapshot", kept, "a Snapshot")
            state = _changed(agent, state, {SNAPSHOT: msgspec.to_builtins(kept)})
        if state is agent.state:
            return done
        next_agent = Agent(agent.definition, agent.id, state)
        return msgspec.structs.replace(done, agent=next_agent)


def has_own_snapshot(strategy: Strategy | None) -> bool:
    """Whether *strategy* makes its snapshot itself."""
    return strategy is not None and type(strategy).snapshot is not Strategy.snapshot


def _steps(agent: Agent, signal: Signal, override: Override | None) -> Sequence[Step]:
    if override is None:
        plan = agent.definition.plan_for(signal.type)
        return plan.steps if plan.steps is not None else chosen_steps(agent, plan.groups, signal)
    [(action, params)] = resolve_instructions(agent, (override.action, override.params or {}))
    if override.params is None:
        return [routed_step(action, None)]
    return [addressed_step(action, params)]


def _step(agent: Agent, instruction: object) -> list[Step]:
    if isinstance(instruction, Planned):
        return [instruction.step]
    return [
        addressed_step(action, given) for action, given in resolve_instructions(agent, instruction)
    ]


def _decided(answer: object) -> Decision:
    if isinstance(answer, Decision):
        for one in answer.directives:
            if not isinstance(one, Directive):
                raise _bad("plan", one, "a directive")
        return answer
    if isinstance(answer, list | tuple):
        return Decision(answer)
    raise _bad("plan", answer, "a list of instructions or a Decision")


def _ask(strategy: Strategy, what: str, *args: object) -> object:
    try:
        answer: object = getattr(strategy, what)(*args)
    except Exception as error:  # noqa: BLE001 - the edge where users' code runs
        raise Refused(failure_from(f"strategy.{what}", error)) from None
    return answer


def _view(state: FrozenDict, signal: Signal | None, ctx: Context) -> StrategyView:
    return StrategyView(slice_of(state, STRATEGY_KEY), state, signal, ctx)


def _changed(agent: Agent, state: FrozenDict, changes: Mapping[str, object]) -> FrozenDict:
    if not changes:
        return state
    try:
        return agent.definition.merge(state, {STRATEGY_KEY: changes})
    except SchemaError as error:
        text = f"the strategy would make the state invalid: {error}"
        raise Refused(invalid("invalid_state", "strategy", text)) from None


def _bad(what: str, answer: object, wanted: str) -> Refused:
    text = f"the strategy's {what} returned {answer!r}, not {wanted}"
    return Refused(invalid("invalid_result", f"strategy.{what}", text))
