"""The server's life: its thread, its beginning and its end."""

from __future__ import annotations

import signal
import socket
import threading
from pathlib import Path

import pytest

from jido_cli.control.server import ControlServer
from jido_cli.control.state_dir import StateDir
from jido_cli.errors import StartError
from tests.control.fakes import FakePort, Rig


def control_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "jido-control"]


def test_the_server_leaves_the_signals_of_the_process_alone(own_rig: Rig):
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert own_rig.ask("GET", "/healthz")[0] == 200


def test_stopping_ends_the_thread_and_may_be_done_twice(folder: Path, state_dir: StateDir):
    before = len(control_threads())
    with state_dir.claim("shop") as claim:
        server = ControlServer(FakePort(), claim.bind())
        server.start()
        assert (server.is_serving, len(control_threads())) == (True, before + 1)
        server.stop()
        server.stop()
        assert (server.is_serving, len(control_threads())) == (False, before)


def test_a_server_that_was_never_started_is_stopped_all_the_same(state_dir: StateDir):
    with state_dir.claim("shop") as claim:
        listener = claim.bind()
        ControlServer(FakePort(), listener).stop()
        assert listener.fileno() == -1


def test_a_socket_that_cannot_be_served_is_a_failed_start():
    closed = socket.socket(socket.AF_UNIX)
    closed.close()
    with pytest.raises(StartError) as caught:
        ControlServer(FakePort(), closed).start()
    assert caught.value.message == "the control server did not start"


def test_a_server_that_ends_by_a_fault_says_so(own_rig: Rig, state_dir: StateDir):
    lost: list[BaseException] = []
    was_told = threading.Event()

    def on_lost(fault: BaseException) -> None:
        lost.append(fault)
        was_told.set()

    with state_dir.claim("other") as claim:
        server = ControlServer(FakePort(), claim.bind(), on_lost=on_lost)
        server.start()
        loop = server._loop
        assert loop is not None
        loop.call_soon_threadsafe(loop.stop)
        assert was_told.wait(5)
        server.stop()
    assert [type(fault) for fault in lost] == [RuntimeError]


def test_a_pending_order_is_answered_while_the_server_stops(own_rig: Rig):
    own_rig.port.results["call"] = "taken"
    answers: list[object] = []
    caller = threading.Thread(
        target=lambda: answers.append(own_rig.client.call("counter", {"type": "x"}))
    )
    caller.start()
    assert own_rig.port.has_order.wait(5)
    stopper = threading.Thread(target=own_rig.server.stop)
    stopper.start()
    own_rig.port.futures[0].set_result({"ok": True, "outcome": "committed"})
    caller.join(5)
    stopper.join(5)
    assert answers == [{"ok": True, "outcome": "committed"}]
