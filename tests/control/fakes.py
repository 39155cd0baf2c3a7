"""An engine's port without an engine, and raw requests to a server."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from jido_cli.control import peer
from jido_cli.control.client import EngineClient
from jido_cli.control.server import ControlServer
from jido_cli.control.state_dir import EngineClaim, EnginePlace
from jido_cli.control.transport import UnixConnection
from jido_cli.errors import ControlError

STALL = {
    "agent": "root/counter",
    "action": "spin",
    "ms": 12_300,
    "stack": ["shop/spin.py:3 in outer", "shop/spin.py:9 in spin"],
}
ENGINE = {"name": "shop", "pid": 4127, "version": "0.1.0"}
NODE = {"path": "root/counter", "id": "counter", "kind": "agent", "status": "running"}
CALL_ANSWER = {
    "ok": True,
    "seq": 1,
    "state": {"count": 1},
    "output": None,
    "error": None,
    "outcome": "committed",
    "command": "c1",
}


def event(seq: int, kind: str = "started", path: str | None = "root/counter") -> dict[str, Any]:
    return {"seq": seq, "at": 1.5, "kind": kind, "path": path, "text": "gen 1", "data": {}}


class FakePort:
    """Answers from plain attributes; a test says what an order does by its name."""

    def __init__(self, kept: int = 4096) -> None:
        self.kept = kept
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.stalled: dict[str, Any] | None = None
        self.is_ok = True
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.futures: list[Future[dict[str, Any]]] = []
        self.results: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.first_seq = 1
        self.asked: dict[str, Any] = {}
        self.fault: Exception | None = None
        self.wakers: list[Callable[[], None]] = []
        self.has_watcher = threading.Event()
        self.has_order = threading.Event()

    # reads

    def engine(self) -> dict[str, Any]:
        return dict(ENGINE)

    def tree(self) -> dict[str, Any]:
        if self.fault is not None:
            raise self.fault
        return {"engine": ENGINE, "revision": 7, "nodes": [NODE], "stalled": self.stalled}

    def node(self, ident: str) -> dict[str, Any]:
        if ident not in ("counter", "root/counter", "a:stop"):
            raise ControlError(
                f"no node {ident!r} in shop; did you mean 'counter'?",
                code="no-node",
                where="shop, 2 nodes",
                hints=("jido ps",),
            )
        return {**NODE, "asked": ident}

    def state(self, ident: str, select: str | None) -> dict[str, Any]:
        if select == "nothing":
            raise ControlError("counter has no 'nothing'", code="no-path")
        return {"path": "root/counter", "seq": 3, "state": {"count": 3}, "select": select}

    def health(self) -> dict[str, Any]:
        return {"ok": self.is_ok, "stalled": self.stalled}

    def ready(self) -> dict[str, Any]:
        not_ready = [] if self.is_ok else [{"path": "root/counter", "status": "failed", "why": "x"}]
        return {"ok": self.is_ok, "not_ready": not_ready, "stalled": self.stalled}

    def events_after(
        self, seq: int, limit: int, kinds: frozenset[str] | None, path: str | None
    ) -> dict[str, Any]:
        with self.lock:
            first = max(seq + 1, self.first_seq)
            read = [e for e in self.events if e["seq"] >= first][:limit]
        found = [
            e
            for e in read
            if (kinds is None or e["kind"] in kinds) and (path is None or e["path"] == path)
        ]
        return {
            "events": found,
            "missed": first - seq - 1,
            "next": read[-1]["seq"] if read else max(seq, self.first_seq - 1),
        }

    def directives(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        return {"directives": [], "missed": 0, "next": asked["after"]}

    def dead_letters(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        return {"dead_letters": [], "counts": {}}

    def command(self, ident: str, agent: str | None) -> dict[str, Any]:
        if ident == "gone":
            raise ControlError("no command 'gone' is known", code="no-command")
        return {"command": ident, "path": agent or "root/counter", "status": "ok"}

    def schedules(self) -> dict[str, Any]:
        return {"schedules": [{"agent": "root/counter", "name": "beat"}], "stalled": self.stalled}

    def wake(self, callback: Callable[[], None]) -> Callable[[], None]:
        self.wakers.append(callback)
        self.has_watcher.set()
        return lambda: self.wakers.remove(callback)

    # orders

    def order(self, name: str, args: dict[str, Any]) -> Future[dict[str, Any]]:
        future: Future[dict[str, Any]] = Future()
        self.orders.append((name, args))
        self.futures.append(future)
        self.has_order.set()
        result = self.results.get(name, {"done": name})
        if result == "held":
            return future
        future.set_running_or_notify_cancel()
        if isinstance(result, Exception):
            future.set_exception(result)
        elif result != "taken":
            future.set_result(result)
        return future

    # what a test does

    def tell(self, *events: dict[str, Any]) -> None:
        """Append events as an engine does, and wake the streams."""
        with self.lock:
            self.events.extend(events)
            del self.events[: -self.kept]
            if self.events:
                self.first_seq = self.events[0]["seq"]
        for waker in list(self.wakers):
            waker()


@dataclass
class Rig:
    """A served port, and a client of it."""

    port: FakePort
    claim: EngineClaim
    server: ControlServer
    client: EngineClient

    @property
    def place(self) -> EnginePlace:
        return self.claim.place

    @property
    def engine(self) -> dict[str, Any]:
        """What clients are told of the engine."""
        return {**ENGINE, "protocol": 1, "socket": str(self.place.socket)}

    def close(self) -> None:
        self.client.close()
        self.server.stop()
        self.claim.release()

    def ask(
        self,
        method: str,
        where: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        """Send one request; a body that is no bytes goes as JSON."""
        response, raw = self.ask_raw(method, where, body, headers)
        assert response.headers["Jido-Protocol"] == "1"
        assert response.headers["Jido-Version"] == "0.1.0"
        return response.status, json.loads(raw)

    def ask_raw(
        self,
        method: str,
        where: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        head = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            head.setdefault("Content-Type", "application/json")
        connection = UnixConnection(peer.connect(self.place.socket, timeout_s=5))
        connection.request(method, where, body=body, headers=head)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content


def serve(claim: EngineClaim, port: FakePort, **settings: Any) -> Rig:
    """Announce, bind and serve, as an engine does."""
    claim.announce(version="0.1.0", protocol=1, file="topologies/shop.yaml")
    server = ControlServer(port, claim.bind(), **settings)
    server.start()
    return Rig(port, claim, server, EngineClient(claim.place))
