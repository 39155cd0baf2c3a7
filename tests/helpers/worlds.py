"""An engine on virtual time, as our own tests look at it: by its inner parts too.

What drives it is the kit's (`jido_cli.testing.virtual_engine`); here are only short ways to ask.
"""

from __future__ import annotations

import asyncio
from typing import Any

from jido_cli.runtime.agents.calling import ask
from jido_cli.runtime.agents.calls import Answer, Delivery
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.assembly import assemble
from jido_cli.runtime.engine import Engine, EngineOptions
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import SupervisorStart
from jido_cli.runtime.supervising.supervisor import SupervisorRunner
from jido_cli.testing.virtual_engine import VirtualEngine
from jido_cli.topology.model import Topology

Json = Any


class World(VirtualEngine):
    """One engine and its loop."""

    def __init__(self, root: SupervisorStart, **options: Any) -> None:
        given = EngineOptions(is_watched=False, **options)
        super().__init__(lambda: Engine(root, given))

    @classmethod
    def of_topology(cls, topology: Topology) -> World:
        """Return a world over a topology, assembled as `jido up` does it."""
        world = cls.__new__(cls)
        VirtualEngine.__init__(world, lambda: assemble(topology, is_watched=False))
        return world

    def spend(self, seconds: float) -> None:
        """Let the running step take time: the clock moves, no timer can fire."""
        self.loop.spend(seconds)

    def boot(self) -> World:
        """Start the engine; it must be up without any time passing."""
        self.begin_boot()
        assert self.booting is not None
        self.booting.result()
        return self

    # -- signals

    def cast(self, ident: str, signal_type: str, data: object = None) -> Delivery:
        """Send a signal; it lies in the mailbox until the next `settle`."""
        return self.engine.cast(ident, signal_type, data)

    def tell(self, ident: str, signal_type: str, data: object = None) -> None:
        """Send a signal and run what is ready."""
        assert self.cast(ident, signal_type, data) == "accepted"
        self.settle()

    def call(
        self, ident: str, signal_type: str, data: object = None, *, timeout_s: float = 5.0
    ) -> asyncio.Future[Answer]:
        """Begin a call; its request is delivered when this returns, nothing has run."""
        signal = self.engine.signal(signal_type, data)
        return ask(self.kernel, self.place(ident), signal, timeout_s)

    def ask(self, ident: str, signal_type: str, data: object = None, **options: Any) -> Answer:
        """Call and return the answer, which must come without any time passing."""
        asked = self.call(ident, signal_type, data, **options)
        self.settle()
        return asked.result()

    # -- looking

    def place(self, ident: str) -> Place:
        """Return the node that *ident* names."""
        return self.kernel.tree.resolve(ident)

    def server(self, ident: str) -> AgentServer:
        """Return the living incarnation of an agent."""
        process = self.place(ident).process
        assert isinstance(process, AgentServer)
        return process

    def runner(self, ident: str) -> SupervisorRunner:
        """Return the living incarnation of a supervisor."""
        process = self.place(ident).process
        assert isinstance(process, SupervisorRunner)
        return process

    def state(self, ident: str) -> Json:
        """Return the state that readers see."""
        return self.port.state(ident, None)["state"]

    def status(self, ident: str) -> str:
        """Return the status word that readers see."""
        return str(self.port.node(ident)["status"])

    def statuses(self) -> dict[str, str]:
        """Return the status words of all nodes, by path, the root left out."""
        nodes = self.port.tree()["nodes"]
        return {node["path"]: node["status"] for node in nodes if node["parent"] is not None}

    def paths(self) -> list[str]:
        """Return the paths of all nodes."""
        return [node["path"] for node in self.port.tree()["nodes"]]

    def facts(self, *kinds: str) -> list[Json]:
        """Return the facts of *kinds* (default: all) as the API has them."""
        page = self.port.events_after(0, 100_000, frozenset(kinds) if kinds else None, None)
        rows: list[Json] = page["events"]
        return rows

    def events(self, *kinds: str) -> list[tuple[str, str | None, str]]:
        """Return the facts of *kinds* (default: all) as (kind, path, text)."""
        return [(one["kind"], one["path"], one["text"]) for one in self.facts(*kinds)]

    def dead_letters(self) -> list[tuple[str | None, str, str]]:
        """Return the dead letters as (path, type, reason)."""
        page = self.port.dead_letters(after=0, limit=100_000)
        return [(one["path"], one["type"], one["reason"]) for one in page["dead_letters"]]

    def directives(self) -> list[tuple[str, str, str, str | None]]:
        """Return the directive log as (agent, type, outcome, detail)."""
        return [
            (one["agent"], one["type"], one["outcome"], one["detail"])
            for one in self.directive_rows()
        ]

    def directive_rows(self) -> list[Json]:
        """Return the directive log as the API has it."""
        page = self.port.directives(agent=None, type=None, outcome=None, after=0, limit=100_000)
        rows: list[Json] = page["directives"]
        return rows

    def counts(self, ident: str) -> tuple[int, int, int, int]:
        """Return what G15 adds up: accepted, rejected, dropped, dead."""
        place = self.place(ident)
        log = place.log
        return place.accepted, log.rejected, log.dropped, log.dead
