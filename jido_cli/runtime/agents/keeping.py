"""What is kept of an agent over its lives: `persist: checkpoint`, and hibernation.

A checkpoint is the committed state. It is taken when an agent stops in order and when it goes to
sleep, and is what the next start begins with; a crash goes back to it (guarantees.md G3, G11).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from jido_cli.core.agent import Agent
from jido_cli.core.plugins.mounting import PluginError
from jido_cli.core.signals import Signal
from jido_cli.core.values import FrozenDict
from jido_cli.runtime.committer import CommitUnit
from jido_cli.store.checkpoints import Checkpoint, Lineage

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer
    from jido_cli.runtime.supervising.place import Place

HIBERNATE: Final = "jido.agent.hibernate"
_COUNTS: Final = ("rejected", "dropped", "dead", "expired", "failed")


def lineage_of(place: Place) -> Lineage:
    """Return the lineage of the agent at *place*."""
    assert place.parent is not None, "an agent has a supervisor above it"
    return Lineage(place.parent.path, place.id)


def restored(server: AgentServer, agent: Agent) -> Agent:
    """Return *agent* with the state that was kept, itself if none was.

    Raises:
        StoreError: the store cannot tell.
        SchemaError: what was kept is no state of such an agent.
    """
    place = server.place
    checkpoint = server.kernel.store.load(lineage_of(place))
    if checkpoint is None:
        return agent
    state = agent.definition.kept_state(checkpoint.state, agent.state)
    if place.handled == 0:  # a place that is new counts on from what the one before had counted
        counts = checkpoint.counts
        place.accepted += counts.get("accepted", 0)
        for name in _COUNTS:
            if counts.get(name):
                setattr(place.log, name, counts[name])
    place.handled = max(place.handled, checkpoint.seq)
    if server.window is not None:
        server.window.load(checkpoint.handled)
    text = f"seq {checkpoint.seq} from its checkpoint"
    server.kernel.events.fact("restored", place, text, seq=checkpoint.seq)
    return Agent(agent.definition, agent.id, state)


def _checkpoint_of(server: AgentServer) -> Checkpoint | None:
    """Return what is to be kept; None: its state says no more than its declaration."""
    place, agent = server.place, server.committed
    now_ns = server.kernel.wall_ns()
    handled = [] if server.window is None else server.window.entries(now_ns, place.handled)
    if (
        not handled
        and place.is_keyed
        and agent.state == agent.definition.initial_state(server.overrides)
    ):
        return None
    counts = {"accepted": place.accepted - len(place.mail or ())}
    if place.has_log:
        counts |= {name: getattr(place.log, name) for name in _COUNTS}
    return Checkpoint(
        place.handled,  # no commit is open: all of them are in it
        place.generation,
        now_ns / 1e9,
        _kept_state(server, agent),
        {name: count for name, count in counts.items() if count},
        tuple(handled),
    )


def _kept_state(server: AgentServer, agent: Agent) -> FrozenDict:
    """Return what plugins let be kept; where one cannot say, all of the state is."""
    try:
        return agent.definition.state_to_keep(agent.state)
    except PluginError as error:
        text = f"{error.message}; its slice is kept as it is"
        server.kernel.events.fact("not_kept", server.place, text)
        return agent.state


def keep(server: AgentServer, done: Callable[[bool], None]) -> None:
    """Keep the committed state; *done* is told whether that is done."""
    checkpoint, store = _checkpoint_of(server), server.kernel.store
    if checkpoint is None:
        store.discard(lineage_of(server.place))
        done(True)
    else:
        store.save(lineage_of(server.place), checkpoint, done)


def is_kept(server: AgentServer, called_later: Callable[[], None]) -> bool:
    """Whether a stopping agent's state is kept by now; else *called_later* will be."""
    parts = server.parts
    if parts.is_kept is None:
        parts.is_kept = False

        def done(is_done: bool) -> None:
            parts.is_kept = True
            if not is_done:
                _tell_failure(server, "it stopped without a new checkpoint")
            called_later()

        keep(server, done)
    return parts.is_kept


def hibernate(server: AgentServer, done: Callable[[bool], None]) -> None:
    """Let a resting agent run its last command, which keeps its state; *done* is told the end.

    The mail waits from now on. Told yes, the state is committed and kept, and the memory may be
    freed; told no, the agent is as it was (guarantees.md G11).
    """
    kernel, place = server.kernel, server.place
    server.is_held = True
    place.is_idle = False
    place.handled += 1

    def committed(is_durable: bool) -> None:
        if not server.is_alive:
            done(False)
        elif not is_durable:
            place.handled -= 1
            _tell_failure(server, "its hibernation was refused")
            done(False)
        else:
            keep(server, kept)

    def kept(is_done: bool) -> None:
        if not is_done:
            _tell_failure(server, "it stays awake")
        elif server.is_alive:
            server.parts.is_kept = True
        done(is_done and server.is_alive)

    if kernel.committer is None:
        committed(True)
        return

    def settle(is_durable: bool) -> None:
        kernel.open_commits -= 1
        committed(is_durable)

    now_ns = kernel.wall_ns()
    signal = Signal(HIBERNATE, server.source, None, kernel.ids.next(now_ns // 1_000_000))
    kernel.open_commits += 1
    kernel.committer.submit(
        CommitUnit(
            path=server.source,
            life=server.generation,
            seq=place.handled,
            signal=signal,
            agent=server.agent,
            directives=(),
            now_ns=now_ns,
            settle=settle,
        )
    )


def _tell_failure(server: AgentServer, what: str) -> None:
    server.kernel.events.fact("not_kept", server.place, f"its state could not be kept: {what}")
