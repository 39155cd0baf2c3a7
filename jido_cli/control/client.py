"""The client of an engine's control API, over its Unix socket, with the standard library only.

Here lives `EngineClient`, which implements `EngineHandle`. It is cheap to import: `jido ps` starts
with it. How a failure is told is `control.troubles`; no runtime, no drawing, no search for engines.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Literal
from urllib.parse import quote

from jido_cli import __version__
from jido_cli.control import peer, protocol, troubles, words
from jido_cli.control.event_reader import ClientEventStream
from jido_cli.control.handle import DEFAULT_TIMEOUT_MS, DEFAULT_WAIT_MS, Answer, ScheduleVerb, Verb
from jido_cli.control.state_dir import EnginePlace
from jido_cli.control.transport import (
    Broken,
    NotConnected,
    Reply,
    Transport,
    UnixConnection,
    target,
)
from jido_cli.errors import ControlError, InternalError

CONNECT_S = 2.0
READ_S = 10.0
MARGIN_S = 3.0
"""How much longer than an order's own time-out its answer is waited for."""


class EngineClient:
    """Speaks to the engine of one place; safe to use from several threads.

    Args:
        place: where the engine lies (`engines.pick_engine(...).place`).
        read_s: how long an answer to a mere question is waited for.
    """

    def __init__(self, place: EnginePlace, *, read_s: float = READ_S) -> None:
        self.place = place
        self._read_s = read_s
        self._transport = Transport(place.socket, connect_s=CONNECT_S)

    # -- questions -------------------------------------------------------------------------

    def engine(self) -> Answer:
        """Return who the engine is."""
        return self._get(protocol.ENGINE_PATH)

    def tree(self) -> Answer:
        """Return the whole tree."""
        return self._get(protocol.TREE_PATH)

    def node(self, ident: str) -> Answer:
        """Return everything known of one node."""
        return self._get(_node_path(protocol.NODES_PATH, ident))

    def state(self, ident: str, select: str | None = None) -> Answer:
        """Return an agent's state, or a part of it."""
        return self._get(_node_path(protocol.STATE_PATH, ident), {"select": select})

    def health(self) -> Answer:
        """Return whether the process is alive."""
        return self._get(protocol.HEALTH_PATH, accept=(200, 503))

    def ready(self) -> Answer:
        """Return whether every node is ready."""
        return self._get(protocol.READY_PATH, accept=(200, 503))

    def directives(
        self,
        *,
        agent: str | None = None,
        type_: str | None = None,
        outcome: str | None = None,
        after: int = 0,
        limit: int = 500,
    ) -> Answer:
        """Return a page of the directive log."""
        query = {"agent": agent, "type": type_, "outcome": outcome, "after": after, "limit": limit}
        return self._get(protocol.DIRECTIVES_PATH, query)

    def dead_letters(self, *, after: int = 0, limit: int = 500) -> Answer:
        """Return a page of the dead letters."""
        return self._get(protocol.DEAD_LETTERS_PATH, {"after": after, "limit": limit})

    def schedules(self) -> Answer:
        """Return the schedules and timers of all agents."""
        return self._get(protocol.SCHEDULES_PATH)

    def events_page(
        self,
        *,
        after: int = 0,
        kinds: Sequence[str] = (),
        agent: str | None = None,
        limit: int = 500,
    ) -> Answer:
        """Return kept events without following."""
        query = {"follow": 0, "limit": limit, "after": after, **_filters(kinds, agent)}
        return self._get(protocol.EVENTS_PATH, query)

    def events(
        self,
        *,
        after: int | Literal["latest"] = 0,
        kinds: Sequence[str] = (),
        agent: str | None = None,
    ) -> ClientEventStream:
        """Follow the events; the stream has a connection of its own."""
        connection = self._open()
        connection.raw.settimeout(self._read_s)
        where = target(protocol.EVENTS_PATH, {"after": after, **_filters(kinds, agent)})
        try:
            response = self._transport.start(
                connection, where, self._headers(protocol.STREAM_TYPE, has_body=False)
            )
        except Broken as error:
            raise troubles.lost(self.place, error, is_order=False) from error
        headers = {name.lower(): value for name, value in response.getheaders()}
        theirs = headers.get(protocol.PROTOCOL_HEADER.lower())
        if response.status != 200 or theirs != str(protocol.PROTOCOL):
            with contextlib.closing(connection), response:
                body = b"" if response.status == 200 else response.read()  # a stream has no end
            raise self._refusal(Reply(response.status, headers, body), protocol.EVENTS_PATH)
        first = after if isinstance(after, int) else 0
        return ClientEventStream(connection, response, self.place, after=first)

    # -- orders ----------------------------------------------------------------------------

    def call(
        self,
        to: str,
        signal: Mapping[str, object],
        *,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,
        unrouted: bool = False,
    ) -> Answer:
        """Send a signal and return what came of its command."""
        query = {"to": to, "wait": timeout_ms, "unrouted": 1 if unrouted else None}
        return self._order("POST", protocol.SIGNALS_PATH, query, signal, timeout_ms=timeout_ms)

    def send(self, to: str, signal: Mapping[str, object], *, unrouted: bool = False) -> Answer:
        """Send a signal and return once it is accepted."""
        query = {"to": to, "unrouted": 1 if unrouted else None}
        return self._order("POST", protocol.SIGNALS_PATH, query, signal)

    def steer(self, verb: Verb, ident: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:
        """Stop, start, restart or kill a node."""
        path = f"{_node_path(protocol.NODES_PATH, ident)}:{verb}"
        return self._order("POST", path, {"timeout": timeout_ms}, None, timeout_ms=timeout_ms)

    def wait(
        self,
        ident: str,
        until: str | None = None,
        *,
        timeout_ms: int = DEFAULT_WAIT_MS,
        may_come: bool = False,
    ) -> Answer:
        """Wait until a condition holds for a node."""
        path = f"{_node_path(protocol.NODES_PATH, ident)}:wait"
        body: dict[str, object] = {} if until is None else {"until": until}
        if may_come:
            body["may_come"] = True
        return self._order("POST", path, {"timeout": timeout_ms}, body, timeout_ms=timeout_ms)

    def scale(self, ident: str, count: int, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:
        """Bring a group of replicas, or a dynamic supervisor, to *count* members."""
        path = f"{_node_path(protocol.NODES_PATH, ident)}:scale"
        body = {"count": count}
        return self._order("POST", path, {"timeout": timeout_ms}, body, timeout_ms=timeout_ms)

    def command(self, ident: str, *, agent: str | None = None) -> Answer:
        """Return what is known of a command."""
        return self._get(_node_path(protocol.COMMANDS_PATH, ident), {"agent": agent})

    def cancel(
        self, ident: str, *, agent: str | None = None, timeout_ms: int = DEFAULT_TIMEOUT_MS
    ) -> Answer:
        """Cancel an effectful command or instruction that runs."""
        path = f"{_node_path(protocol.COMMANDS_PATH, ident)}:cancel"
        query = {"agent": agent, "timeout": timeout_ms}
        return self._order("POST", path, query, None, timeout_ms=timeout_ms)

    def steer_schedule(
        self, verb: ScheduleVerb, ident: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS
    ) -> Answer:
        """Tick now, pause or resume a schedule."""
        path = f"{_node_path(protocol.SCHEDULES_PATH + '/', ident)}:{verb}"
        return self._order("POST", path, {"timeout": timeout_ms}, None, timeout_ms=timeout_ms)

    def start_child(
        self,
        supervisor: str,
        *,
        ident: str | None = None,
        state: Mapping[str, object] | None = None,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,
    ) -> Answer:
        """Start a child from the template of a dynamic supervisor."""
        body = {key: value for key, value in (("id", ident), ("state", state)) if value is not None}
        path = _node_path(protocol.CHILDREN_PATH, supervisor)
        return self._order("POST", path, {"timeout": timeout_ms}, body, timeout_ms=timeout_ms)

    def terminate_child(self, ident: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:
        """End a dynamic child and its place in the tree."""
        path = _node_path(protocol.CHILDREN_PATH, ident)
        return self._order("DELETE", path, {"timeout": timeout_ms}, None, timeout_ms=timeout_ms)

    def shutdown(self, reason: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:
        """Order the engine to stop in reverse order and to end."""
        body = {"reason": reason}
        path = protocol.SHUTDOWN_PATH
        return self._order("POST", path, {"timeout": timeout_ms}, body, timeout_ms=timeout_ms)

    # -- the connection --------------------------------------------------------------------

    def peer(self) -> peer.Peer:
        """Return the process behind the socket, as the kernel says it (for a pidfd)."""
        connection = self._open()
        connection.close()
        return connection.peer

    def close(self) -> None:
        """Give the kept connection back."""
        self._transport.close()

    def __enter__(self) -> EngineClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _get(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        *,
        accept: tuple[int, ...] = (200,),
    ) -> Answer:
        reply = self._request("GET", path, query, None, timeout_s=self._read_s, is_order=False)
        if reply.status not in accept or reply.media_type == protocol.PROBLEM_TYPE:
            raise self._refusal(reply, path)
        return self._answer(reply)

    def _order(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        body: Mapping[str, object] | None,
        *,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,
    ) -> Answer:
        raw = None if body is None else json.dumps(dict(body), ensure_ascii=False).encode()
        timeout_s = timeout_ms / 1000 + MARGIN_S
        reply = self._request(method, path, query, raw, timeout_s=timeout_s, is_order=True)
        if reply.media_type != protocol.JSON_TYPE:
            raise self._refusal(reply, path)
        return self._answer(reply)  # also a call that failed or expired: the answer says so

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None,
        body: bytes | None,
        *,
        timeout_s: float,
        is_order: bool,
    ) -> Reply:
        try:
            reply = self._transport.request(
                method,
                target(path, query),
                headers=self._headers(protocol.JSON_TYPE, has_body=body is not None),
                body=body,
                timeout_s=timeout_s,
            )
        except NotConnected as error:
            raise troubles.unreachable(self.place, error) from error
        except Broken as error:
            raise troubles.lost(self.place, error, is_order=is_order) from error
        troubles.check_version(self.place, reply.headers, path)
        return reply

    def _open(self) -> UnixConnection:
        try:
            return self._transport.open()
        except NotConnected as error:
            raise troubles.unreachable(self.place, error) from error

    @staticmethod
    def _headers(accept: str, *, has_body: bool) -> dict[str, str]:
        headers = {
            "Accept": accept,
            protocol.PROTOCOL_HEADER: str(protocol.PROTOCOL),
            protocol.VERSION_HEADER: __version__,
        }
        if has_body:
            headers["Content-Type"] = protocol.JSON_TYPE
        return headers

    # -- what went wrong -------------------------------------------------------------------

    def _answer(self, reply: Reply) -> Answer:
        try:
            value = reply.json()
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise InternalError(
                f"the engine of {self.place.name} answered {reply.status} with no JSON object",
                where=words.shown(self.place.socket),
            )
        return value

    def _refusal(self, reply: Reply, path: str) -> ControlError:
        troubles.check_version(self.place, reply.headers, path)
        return protocol.error_of(self._answer(reply), reply.status)


def _node_path(prefix: str, ident: str) -> str:
    return prefix + quote(ident, safe="/")


def _filters(kinds: Sequence[str], agent: str | None) -> dict[str, object]:
    return {"kinds": ",".join(kinds) or None, "agent": agent}
