"""The client: what it asks, and how it tells what goes wrong."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from jido_cli.control import client as client_module
from jido_cli.control import peer
from jido_cli.control.client import EngineClient
from jido_cli.control.engines import EngineGoneError
from jido_cli.control.handle import EngineHandle
from jido_cli.control.protocol import ProblemError
from jido_cli.control.state_dir import EngineClaim, StateDir
from jido_cli.errors import ControlError, InternalError
from tests.control.fakes import CALL_ANSWER, NODE, STALL, Rig

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
OURS = b"Jido-Protocol: 1\r\nJido-Version: 0.1.0\r\n"
Connect = Callable[..., EngineClient]
NEWER = b"Jido-Protocol: 2\r\nJido-Version: 0.3.0\r\n"


@dataclass
class Canned:
    """What a server of fixed answers was asked, and how many connections it has closed."""

    asked: list[bytes] = field(default_factory=list)
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


def _whole_request(connection: socket.socket) -> bytes:
    request = connection.recv(65_536)
    declared = re.search(rb"Content-Length: (\d+)", request)
    wanted = request.index(b"\r\n\r\n") + 4 + (int(declared[1]) if declared else 0)
    while len(request) < wanted:
        request += connection.recv(65_536)
    return request


@contextmanager
def canned(claim: EngineClaim, *answers: bytes, hang_up: bool = True) -> Iterator[Canned]:
    """Serve fixed bytes, one answer for each connection, and note the requests' first lines."""
    listener = claim.bind()
    listener.listen()
    server = Canned()
    is_over = threading.Event()

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                server.asked.append(_whole_request(connection).split(b"\r\n")[0])
                connection.sendall(answer)
                if not hang_up:
                    is_over.wait(10)
            server.closed.release()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        is_over.set()
        thread.join(10)
        listener.close()


def caught(order: Callable[[], Any]) -> ControlError:
    with pytest.raises(ControlError) as info:
        order()
    return info.value


@pytest.fixture
def connect() -> Iterator[Callable[..., EngineClient]]:
    """Make clients that are closed at the end."""
    with ExitStack() as stack:
        yield lambda *args, **settings: stack.enter_context(EngineClient(*args, **settings))


@pytest.fixture
def claim(state_dir: StateDir) -> Iterator[EngineClaim]:
    with state_dir.claim("shop") as claim:
        claim.announce(version="0.1.0", protocol=1, file="topologies/shop.yaml")
        yield claim


def test_the_client_is_an_engine_handle(rig: Rig):
    handle: EngineHandle = rig.client
    assert handle.engine() == rig.engine


def test_every_question_has_its_answer(rig: Rig):
    client = rig.client
    assert client.tree()["nodes"] == [NODE]
    assert client.node("a:stop") == {**NODE, "asked": "a:stop"}
    assert client.state("counter", "a.b")["select"] == "a.b"
    assert client.state("counter")["select"] is None
    assert client.health() == {"ok": True, "stalled": None}
    assert client.dead_letters(after=3) == {"dead_letters": [], "counts": {}}
    assert client.directives(agent="counter", type_="emit", outcome="done", after=1, limit=2) == {
        "directives": [],
        "missed": 0,
        "next": 1,
    }
    assert rig.port.asked == {
        "agent": "root/counter",
        "type": "emit",
        "outcome": "done",
        "after": 1,
        "limit": 2,
    }


def test_what_is_not_well_is_an_answer_and_no_error(rig: Rig):
    rig.port.is_ok = False
    rig.port.stalled = STALL
    assert rig.client.health() == {"ok": False, "stalled": STALL}
    assert rig.client.ready()["not_ready"][0]["path"] == "root/counter"


def test_every_order_reaches_the_port(rig: Rig):
    client = rig.client
    rig.port.results["call"] = CALL_ANSWER
    rig.port.results["send"] = {"ack": "accepted", "id": "i", "to": "root/counter"}
    assert client.call("counter", {"type": "x", "data": 1}, timeout_ms=70) == CALL_ANSWER
    assert client.send("counter", {"type": "x"}, unrouted=True)["ack"] == "accepted"
    assert client.steer("restart", "root/counter") == {"done": "restart"}
    assert client.start_child("pool", ident="w1", state={"n": 1}) == {"done": "start_child"}
    assert client.terminate_child("pool/w1") == {"done": "terminate_child"}
    assert client.scale("pool", 3) == {"done": "scale"}
    assert client.wait("pool/w1", "true", timeout_ms=900, may_come=True) == {"done": "wait"}
    assert client.shutdown("enough") == {"stopping": True, "done": "shutdown"}
    base = {"type": "x", "subject": None, "source": None, "id": None, "to": "counter"}
    assert rig.port.orders == [
        ("call", {**base, "data": 1, "timeout_ms": 70, "unrouted": False}),
        ("send", {**base, "data": None, "timeout_ms": 5000, "unrouted": True}),
        ("restart", {"id": "root/counter"}),
        ("start_child", {"supervisor": "pool", "id": "w1", "state": {"n": 1}}),
        ("terminate_child", {"id": "pool/w1"}),
        ("scale", {"id": "pool", "count": 3}),
        ("wait", {"id": "pool/w1", "until": "true", "may_come": True, "timeout_ms": 900}),
        ("shutdown", {"reason": "enough"}),
    ]


def test_a_call_that_failed_or_expired_is_an_answer(rig: Rig):
    for outcome in ("committed", "expired", "rejected", "refused", "unknown"):
        answer = {**CALL_ANSWER, "ok": False, "outcome": outcome}
        rig.port.results["call"] = answer
        assert rig.client.call("counter", {"type": "x"}) == answer


def test_a_refusal_is_raised_with_all_that_was_said(rig: Rig):
    rig.port.results["send"] = ControlError(
        "no", code="no-route", where="here", why="so", hints=("a", "b"), undone="nothing was sent"
    )
    error = caught(lambda: rig.client.send("counter", {"type": "x"}))
    assert isinstance(error, ProblemError)
    assert (error.message, error.code, error.where, error.why, error.hints, error.undone) == (
        "no",
        "no-route",
        "here",
        "so",
        ("a", "b"),
        "nothing was sent",
    )
    assert error.status == 409


def test_a_stalled_engine_is_raised_with_its_stall(rig: Rig):
    rig.port.stalled = STALL
    rig.port.results["stop"] = "held"
    error = caught(lambda: rig.client.steer("stop", "counter", timeout_ms=1))
    assert isinstance(error, ProblemError)
    assert (error.code, error.extra) == ("engine-stalled", {"stalled": STALL})


def test_one_connection_is_kept_for_the_next_request(rig: Rig):
    rig.client.engine()
    kept = rig.client._transport._kept
    rig.client.steer("kill", "counter")
    rig.client.tree()
    assert kept is not None
    assert rig.client._transport._kept is kept
    with rig.client:
        pass
    assert rig.client._transport._kept is None


def test_several_threads_may_ask_at_once(rig: Rig):
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(rig.client.engine())) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [rig.engine] * 8


def test_the_peer_is_who_the_kernel_says(rig: Rig):
    assert (rig.client.peer().pid, rig.client.peer().uid) == (os.getpid(), os.geteuid())


def test_an_engine_of_another_version_says_so_and_what_to_do(claim: EngineClaim, connect: Connect):
    client = connect(claim.place)
    with canned(claim, HEAD + NEWER + b"\r\n{}"):
        error = caught(client.tree)
    assert (error.code, error.message) == (
        "protocol-version",
        "the engine of shop is jido 0.3.0, this command is jido 0.1.0; they cannot talk",
    )
    assert error.where is not None
    assert error.where.endswith("engine.sock, control API v2, this command needs v1")
    assert error.hints == (
        "jido down -e shop, then jido up topologies/shop.yaml",
        "or use the same version: pip install 'jido-cli==0.3.0'",
    )


def test_a_refusal_by_another_version_is_told_as_such(claim: EngineClaim, connect: Connect):
    body = b'{"code": "protocol-version", "detail": "x", "status": 409}'
    head = b"HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\n"
    answer = head + NEWER + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with canned(claim, answer, answer, HEAD + NEWER + b"\r\n"):
        client = connect(claim.place)
        assert caught(lambda: client.steer("stop", "x")).message.startswith("the engine of shop is")
        assert caught(client.events).message.startswith("the engine of shop is jido 0.3.0")
        assert caught(client.events).message.startswith("the engine of shop is jido 0.3.0")


def test_health_and_shutdown_are_understood_from_any_version(claim: EngineClaim, connect: Connect):
    answer = HEAD + NEWER + b"\r\n{}"
    with canned(claim, answer, answer) as server:
        client = connect(claim.place)
        assert client.health() == {}
        server.closed.acquire()
        assert client.shutdown("over") == {}
    assert server.asked == [b"GET /healthz HTTP/1.1", b"POST /v1/shutdown?timeout=5000 HTTP/1.1"]


def test_something_else_on_the_socket_is_no_engine(claim: EngineClaim, connect: Connect):
    with canned(claim, HEAD + b"\r\n{}"):
        error = caught(connect(claim.place).tree)
    assert error.message == "what answers on the socket of shop is no engine of jido"


def test_an_answer_that_is_no_object_is_our_own_fault(claim: EngineClaim, connect: Connect):
    with canned(claim, HEAD + OURS + b"\r\n[]"), pytest.raises(InternalError):
        connect(claim.place).tree()


def test_a_connection_that_breaks_in_a_call_leaves_the_outcome_unknown(
    claim: EngineClaim, connect: Connect
):
    with canned(claim, b"HTTP/1.1 200 OK\r\nContent-Len") as server:
        error = caught(lambda: connect(claim.place).call("counter", {"type": "x"}))
    assert (error.code, error.undone) == (
        "outcome-unknown",
        "unknown: it may have been done; look before you ask for it again",
    )
    assert len(server.asked) == 1


def test_a_connection_that_breaks_in_a_question_is_only_lost(claim: EngineClaim, connect: Connect):
    with canned(claim, b""):
        error = caught(connect(claim.place).tree)
    assert (error.code, error.undone) == ("connection-lost", None)


def test_an_engine_that_says_nothing_is_not_waited_for_for_ever(
    claim: EngineClaim, connect: Connect
):
    with canned(claim, b"", hang_up=False):
        error = caught(connect(claim.place, read_s=0.05).tree)
    assert (error.message, error.why) == (
        "the engine of shop does not answer",
        "no byte came in time",
    )


def test_a_kept_connection_that_the_engine_closed_is_not_used(claim: EngineClaim, connect: Connect):
    answer = HEAD + OURS + b"\r\n{}"
    with canned(claim, answer, answer) as server:
        client = connect(claim.place)
        assert client.tree() == {}
        server.closed.acquire()
        assert client.steer("kill", "x") == {}
    assert len(server.asked) == 2


def test_an_engine_that_holds_its_lock_but_does_not_listen_is_busy(
    claim: EngineClaim, connect: Connect
):
    error = caught(connect(claim.place).tree)
    assert (error.code, error.undone) == ("engine-busy", "nothing was sent")


def test_an_engine_that_is_gone_is_told_with_its_last_sign(state_dir: StateDir, connect: Connect):
    place = state_dir.place("shop")
    claim = state_dir.claim("shop")
    claim.announce(version="0.1.0", protocol=1, file="/srv/shop.yaml")
    listener = claim.bind()
    os.close(claim.open_log())
    os.close(claim._lock or -1)  # as the kernel does when it kills the process
    listener.close()
    error = caught(connect(place).tree)
    assert isinstance(error, EngineGoneError)
    assert (error.code, error.message) == (
        "engine-gone",
        f"the engine of shop is gone: its socket is there, its process {os.getpid()} is not",
    )
    assert error.why is not None
    assert error.why.startswith("engine.log ends at ")
    assert error.why.endswith(
        " without a shutdown: killed, or out of memory, or os._exit in its code"
    )
    assert error.hints == ("jido up /srv/shop.yaml     (cleans up)",)


def test_an_engine_that_ended_in_order_is_told_with_its_reason(
    state_dir: StateDir, connect: Connect
):
    with state_dir.claim("shop") as claim:
        claim.announce(version="0.1.0", protocol=1, file="/srv/shop.yaml")
        claim.write_last_exit({"at": 0.0, "kind": "gave_up", "reason": "root gave up"})
    error = caught(connect(state_dir.place("shop")).tree)
    assert isinstance(error, EngineGoneError)
    assert (error.why, error.hints) == ("root gave up", ("jido up /srv/shop.yaml",))
    assert error.last_exit == {"at": 0.0, "kind": "gave_up", "reason": "root gave up"}


def test_an_engine_that_dies_in_a_call_leaves_the_outcome_unknown(
    state_dir: StateDir, connect: Connect
):
    claim = state_dir.claim("shop")
    client = connect(claim.place)
    listener = claim.bind()
    listener.listen()

    def die() -> None:
        connection, _ = listener.accept()
        connection.recv(65_536)
        listener.close()
        claim.release()
        connection.close()

    thread = threading.Thread(target=die)
    thread.start()
    error = caught(lambda: client.call("counter", {"type": "x"}))
    thread.join(10)
    assert (error.code, error.undone is not None) == ("engine-gone", True)


def test_a_stream_that_breaks_without_a_word_raises_and_knows_where_to_go_on(
    claim: EngineClaim, connect: Connect
):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + OURS
    chunk = b'id: 7\nevent: event\ndata: {"seq": 7}\n\n'
    answer = head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(chunk), chunk)
    with canned(claim, answer):
        stream = connect(claim.place).events()
        items = iter(stream)
        assert next(items) == {"seq": 7}
        assert caught(lambda: next(items)).code == "connection-lost"
    assert stream.last_seq == 7


def test_the_clients_modules_are_cheap_and_know_no_runtime():
    """Follow the imports of the client's side by reading them, as the layer rule does."""
    root = Path(client_module.__file__).parents[2]
    seen: set[str] = set()
    todo = ["jido_cli.control.client", "jido_cli.control.handle"]
    while todo:
        name = todo.pop()
        path = root / (name.replace(".", "/") + ".py")
        if name in seen or not path.exists():
            continue
        seen.add(name)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                todo.append(node.module)
                todo.extend(f"{node.module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Import):
                todo.extend(alias.name for alias in node.names)
    ours = {name for name in seen if name.startswith("jido_cli.")}
    assert {name for name in ours if ".runtime" in name or ".core" in name} == set()
    code = f"import sys; import {', '.join(sorted(ours))}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    heavy = {"starlette", "uvicorn", "msgspec", "httptools"}
    assert heavy & set(done.stdout.split()) == set()


def test_a_socket_of_another_user_is_not_spoken_to(
    claim: EngineClaim, monkeypatch: pytest.MonkeyPatch, connect: Connect
):
    monkeypatch.setattr(peer, "credentials", lambda _: peer.Peer(1, 12_345))
    listener = claim.bind()
    listener.listen()
    error = caught(connect(claim.place).tree)
    listener.close()
    assert error.why == "uid 12345 answers on the socket"
