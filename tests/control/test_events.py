"""The event stream, over a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from jido_cli.control import peer
from jido_cli.control.client import EngineClient
from jido_cli.control.handle import Missed
from jido_cli.control.sse import Decoder, Message
from jido_cli.control.stream_hub import StreamHub
from jido_cli.errors import ControlError
from tests.control.fakes import FakePort, Rig, event


def take(items: Iterator[Any], count: int) -> list[Any]:
    return [next(items) for _ in range(count)]


def test_a_stream_tells_what_is_kept_and_then_what_happens(rig: Rig):
    rig.port.tell(event(1), event(2))
    stream = rig.client.events()
    items = iter(stream)
    assert take(items, 2) == [event(1), event(2)]
    rig.port.tell(event(3))
    assert take(items, 1) == [event(3)]
    assert stream.last_seq == 3
    stream.close()


def test_a_stream_goes_on_after_what_is_known(rig: Rig):
    rig.port.tell(event(1), event(2), event(3))
    with_number = rig.client.events(after=2)
    assert take(iter(with_number), 1) == [event(3)]
    with_number.close()


def test_a_stream_from_the_latest_tells_only_what_comes(rig: Rig):
    rig.port.tell(*[event(n) for n in range(1, 2501)])
    stream = rig.client.events(after="latest")
    rig.port.tell(event(2501))
    assert take(iter(stream), 1) == [event(2501)]
    stream.close()


def test_a_stream_keeps_to_its_kinds_and_its_node(rig: Rig):
    rig.port.tell(
        event(1),
        event(2, "exited"),
        event(3, "exited", "root/other"),
        event(4, "restarted"),
    )
    stream = rig.client.events(kinds=["exited", "restarted"], agent="counter")
    assert take(iter(stream), 2) == [event(2, "exited"), event(4, "restarted")]
    stream.close()


def test_events_beyond_one_page_come_in_order_without_waiting(rig: Rig):
    rig.port.tell(*[event(n) for n in range(1, 3501)])
    stream = rig.client.events()
    assert [item["seq"] for item in take(iter(stream), 3500)] == list(range(1, 3501))
    stream.close()


def test_a_browser_resumes_by_its_header(rig: Rig):
    rig.port.tell(event(1), event(2), event(3))
    connection = rig.client._open()
    connection.request("GET", "/v1/events?after=0", headers={"Last-Event-ID": "2"})
    response = connection.getresponse()
    messages: list[Message] = []
    decoder = Decoder()
    while not messages:
        messages = decoder.feed(response.read1(65_536))
    connection.raw.close()
    response.close()
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert [message.ident for message in messages] == ["3"]


def test_a_reader_is_told_how_much_it_missed(own_rig: Rig):
    own_rig.port.tell(*[event(n) for n in range(1, 11)])  # four are kept
    stream = own_rig.client.events(after=2)
    assert take(iter(stream), 3) == [Missed(4, 7), event(7), event(8)]
    stream.close()


def test_a_gap_is_told_even_when_nothing_after_it_is_wanted(own_rig: Rig):
    own_rig.port.tell(*[event(n) for n in range(1, 11)])
    stream = own_rig.client.events(kinds=["exited"])
    assert take(iter(stream), 1) == [Missed(6, 10)]
    stream.close()


def test_a_stream_that_has_nothing_to_say_tells_where_it_stands(rig: Rig):
    rig.port.tell(event(1), event(2))
    connection = rig.client._open()
    connection.request("GET", "/v1/events?kinds=exited")
    response = connection.getresponse()
    messages: list[Message] = []
    decoder = Decoder()
    while not messages:
        messages = decoder.feed(response.read1(65_536))
    connection.raw.close()
    response.close()
    assert messages == [Message("alive", "{}", "2")]


def test_a_stopping_engine_ends_its_streams_after_the_last_event(own_rig: Rig):
    stream = own_rig.client.events()
    seen: list[Any] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    own_rig.port.has_watcher.wait(5)
    with own_rig.port.lock:
        own_rig.port.events.append(event(1, "stopped"))
    own_rig.server.stop("jido down")
    reader.join(5)
    assert (seen, stream.end_reason) == ([event(1, "stopped")], "jido down")
    assert own_rig.server.is_serving is False
    assert own_rig.port.wakers == []


def test_a_reader_that_takes_nothing_does_not_hold_the_end(own_rig: Rig):
    own_rig.port.kept = 100_000
    connection = peer.connect(own_rig.place.socket, timeout_s=5)
    connection.sendall(b"GET /v1/events HTTP/1.1\r\nHost: jido\r\n\r\n")
    assert connection.recv(15) == b"HTTP/1.1 200 OK"
    own_rig.port.has_watcher.wait(5)
    own_rig.port.tell(*[event(n) for n in range(1, 60_001)])  # far more than buffers hold
    own_rig.server.stop()
    assert own_rig.server.is_serving is False
    connection.close()


def test_a_stream_may_be_closed_from_another_thread(rig: Rig):
    stream = rig.client.events()
    seen: list[Any] = []
    reader = threading.Thread(target=lambda: seen.extend(stream))
    reader.start()
    rig.port.has_watcher.wait(5)
    stream.close()
    reader.join(5)
    assert (reader.is_alive(), seen) == (False, [])


def test_a_stream_of_an_unknown_node_is_refused_before_it_begins(rig: Rig):
    with pytest.raises(ControlError) as caught:
        rig.client.events(agent="nobody")
    assert caught.value.code == "no-node"


def test_the_client_reads_pages_too(rig: Rig):
    rig.port.tell(event(1), event(2))
    want = {"events": [event(2)], "missed": 0, "next": 2}
    assert rig.client.events_page(after=1) == want


def test_streams_leave_no_bell_behind_when_their_readers_go():
    async def walk() -> tuple[int, int]:
        port = FakePort()
        hub = StreamHub(port)
        stream = hub.stream(0, None, None)
        await anext(stream)
        watching = len(port.wakers)
        await stream.aclose()
        return watching, len(port.wakers)

    assert asyncio.run(walk()) == (1, 0)


@pytest.mark.parametrize("cut", range(1, 40))
def test_the_decoder_does_not_care_where_the_bytes_are_cut(cut: int):
    raw = b': hello\nretry: 1000\n\nid: 7\nevent: event\ndata: {"a":\ndata: 1}\r\n\r\ndata: x\n\n'
    decoder = Decoder()
    got = decoder.feed(raw[:cut]) + decoder.feed(raw[cut:])
    assert got == [Message("event", '{"a":\n1}', "7"), Message("message", "x", "7")]


def test_a_stream_that_cannot_go_on_ends_with_the_reason(rig: Rig):
    stream = rig.client.events()
    rig.port.events_after = lambda *_: (_ for _ in ()).throw(ControlError("no such node"))
    rig.port.tell(event(1))
    assert (list(stream), stream.end_reason) == ([], "no such node")
    del rig.port.events_after


def test_a_client_of_a_dead_place_gets_no_stream(own_rig: Rig):
    own_rig.close()
    with pytest.raises(ControlError) as caught:
        EngineClient(own_rig.place).events()
    assert caught.value.code == "engine-gone"
