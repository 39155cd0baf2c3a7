"""What `send` and `call` have in common: finding the route, typing the parameters, refusing early.

A type that no route of the agent takes is refused here, before anything is sent. The matcher of
patterns is the engine's own.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jido_cli.cli.failures import CommandError
from jido_cli.control import parameters
from jido_cli.control.handle import EngineHandle
from jido_cli.control.words import nearest
from jido_cli.errors import ControlError
from jido_cli.observe.text import measures
from jido_cli.observe.text.display import cut
from jido_cli.observe.text.state import one_line

Node = Mapping[str, Any]
_BUG = "exception"
_STATE_SHOWN = 200
_UNKNOWN = re.compile(r"has no param '([^']+)'")
_MEANT = re.compile(r"did you mean '([^']+)'")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked to send, as typed."""

    verb: str
    ident: str
    type: str
    words: Sequence[str]
    engine: str | None = None

    def command(self, *, type_: str | None = None, words: Sequence[str] | None = None) -> str:
        """Return the command line again, with another type or other words."""
        flag = ["-e", self.engine] if self.engine else []
        shown = self.words if words is None else words
        return shlex.join(["jido", self.verb, self.ident, type_ or self.type, *shown, *flag])


def route_for(node: Node, signal_type: str) -> Mapping[str, Any] | None:
    """Return the route that takes a type: the literal one, else the first that matches."""
    routes = node.get("routes") or ()
    for route in routes:
        if route["pattern"] == signal_type:
            found: Mapping[str, Any] = route
            return found
    if not any("*" in route["pattern"] for route in routes):
        return None
    from jido_cli.core.router import matches

    return next((route for route in routes if matches(signal_type, route["pattern"])), None)


def receiver(handle: EngineHandle, ident: str) -> tuple[Node, str]:
    """Return the node that a signal to *ident* goes to, and its address.

    A group of replicas is no node: its first member shows what it takes.
    """
    try:
        node = handle.node(ident)
    except ControlError as error:
        if error.code != "no-node":
            raise
        try:
            member = handle.node(f"{ident}-1")
        except ControlError:
            raise error from None
        if member["kind"] != "agent":  # several supervisors have no address as one
            raise
        return member, str(member["path"]).removesuffix("-1")
    return node, str(node["path"])


def signal_data(node: Node, request: Request, *, unrouted: bool) -> dict[str, object]:
    """Return the data to send, typed by the route's parameters and the catalogue.

    Raises:
        CommandError: the agent has no route for the type, and *unrouted* is not set.
    """
    route = route_for(node, request.type)
    if route is None and not unrouted:
        raise _no_route(node, request)
    found = route or {}
    return parameters.read_pairs(request.words, found.get("params"), found.get("data"))


def failed_call(
    node: Node, request: Request, answer: Mapping[str, Any], after: Node | None = None
) -> CommandError:
    """Return the failure for a call that was answered, but not with ok.

    Args:
        node: the agent before the call.
        request: what was asked.
        answer: what came back.
        after: the agent after it, if it could be looked at: a failure may have ended it.
    """
    error = answer.get("error") or {}
    # A bug may go away by itself as well, but nobody said so: whoever reads that would wait for it.
    is_worth_a_try = error.get("retryable") and error.get("code") != _BUG
    why = error.get("message") or answer.get("why") or "it did not say why"
    return CommandError(
        f"{request.type} failed: {why}",
        code=str(error.get("code") or "failed"),
        where=_where(node, request, error),
        why="it may work when it is tried again" if is_worth_a_try else None,
        kept=("state", _state_after(node, answer, after)),
        hints=_again(node, request, error),
    )


def _state_after(node: Node, answer: Mapping[str, Any], after: Node | None) -> str:
    """Return what became of the state: an action's `on_error` may have changed it all the same."""
    has_changed = bool(answer.get("changed"))
    left = cut(one_line(answer["state"]), _STATE_SHOWN) if has_changed else ""
    if after is not None and "generation" in node:
        become = None
        if after["generation"] != node["generation"]:
            become = "began again"
        elif after["status"] in ("failed", "stopped", "backing_off"):
            become = f"is {after['status']}"
        if become is not None:
            first = f"changed all the same, to {left}" if has_changed else "unchanged by it"
            return f"{first}, but the agent exited over it and {become}"
    if has_changed:
        return f"changed all the same: {left}, seq {measures.exact(answer['seq'])}"
    return "unchanged"


def expired_call(
    node: Node, request: Request, answer: Mapping[str, Any], waited: str
) -> CommandError:
    """Return the failure for a call that got no answer in time."""
    is_unknown = answer.get("outcome") == "unknown"
    ident = f": command {answer['command']}" if answer.get("command") else ""
    state = (
        f"not known: it runs on and will be finished{ident}"
        if is_unknown
        else "unchanged by it: it expired before its turn and will not run"
    )
    flag = f" -e {request.engine}" if request.engine else ""
    error = answer.get("error") or {}
    if error.get("code") == "exited":
        return CommandError(
            f"{request.type} failed: {error['message']}",
            code="outcome-unknown",
            where=_where(node, request, {}),
            kept=("state", f"that of its new start; what the action did outside stays{ident}"),
            hints=(f"jido inspect {request.ident}{flag}",),
        )
    return CommandError(
        f"no answer from {request.ident} in {waited}",
        code="outcome-unknown" if is_unknown else "expired",
        where=_busy_with(node),
        kept=("state", state),
        hints=_look_up(request, answer, flag)
        if is_unknown
        else (f"jido inspect {request.ident}{flag}",),
    )


def _look_up(request: Request, answer: Mapping[str, Any], flag: str) -> tuple[str, ...]:
    """Return how to find out what became of a command that runs on, and how to end it."""
    command = answer.get("command")
    if not command:
        return (f"jido inspect {request.ident}{flag}",)
    return (
        f"jido inspect {request.ident} --command {command}{flag}",
        f"jido cancel {command}{flag}",
    )


def _busy_with(node: Node) -> str:
    parts = [str(node["path"])]
    running = node.get("running")
    if running:
        held = measures.seconds(float(running["ms"]) / 1000)
        parts.append(f"running {running['action']} for {held}")
    waiting = node.get("mailbox")
    if waiting:
        verb = "signal waits" if waiting == 1 else "signals wait"
        parts.append(f"{measures.count(waiting)} {verb} before yours")
    return ", ".join(parts)


def _no_route(node: Node, request: Request) -> CommandError:
    patterns = [route["pattern"] for route in node.get("routes") or ()]
    near = nearest(request.type, patterns)
    meant = f"; did you mean {near!r}?" if near is not None else ""
    takes = f"takes {', '.join(patterns)}" if patterns else "takes no signals"
    hints = [request.command(type_=near)] if near is not None else []
    hints.append("(--unrouted sends it all the same; it goes to the dead letters)")
    if node["kind"] != "agent" and not patterns:  # one with routes passes signals on
        takes, hints = f"is a {node['kind']}: only agents take signals", []
    return CommandError(
        f"{request.ident} has no route for {request.type!r}{meant}",
        code="no-route",
        where=f"{node['path']} {takes}",
        hints=hints,
    )


def _where(node: Node, request: Request, error: Mapping[str, Any]) -> str:
    route = route_for(node, request.type)
    place = f" ({error['where']})" if error.get("where") else ""
    if route is None:
        return f"{request.ident}{place}"
    return f"{request.ident}, route {route['pattern']}{place}"


def _again(node: Node, request: Request, error: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the command with the word that was refused mended, where it is clear how."""
    message = str(error.get("message") or "")
    route = route_for(node, request.type)
    known = parameters.properties(route.get("params") if route else None)
    unknown = _UNKNOWN.search(message)
    for at, word in enumerate(request.words):
        key, sign, text = word.partition("=")
        key = key.removesuffix(":")
        if unknown is not None and key != unknown[1]:  # the message may list those that are right
            continue
        if not re.search(rf"(?<![\w.-]){re.escape(key)}(?![\w.-])", message):
            continue
        meant = _MEANT.search(message)
        mended = (
            f"{meant[1]}{sign}{text}"
            if meant is not None and key not in known
            else _with_example(key, known.get(key))
        )
        if mended is not None:
            words = [*request.words[:at], mended, *request.words[at + 1 :]]
            return (request.command(words=words),)
    return ()


def _with_example(key: str, schema: parameters.Schema | None) -> str | None:
    example = parameters.example(schema)
    return f"{key}={example}" if example is not None else None
