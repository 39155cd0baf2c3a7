"""The lines of a running engine: all events in order, gaps told, lost readers survived."""

from __future__ import annotations

import json
import threading
from datetime import UTC

from jido_cli.cli.engine_log import EventPrinter, Output
from jido_cli.observe.text.measures import Times
from tests.cli import shop
from tests.cli.test_render_streams import at, event

TIMES = Times(shop.NOW, UTC)


class FakePort:
    def __init__(self, events, missed=0):
        self.events = [one | {"seq": number + 1} for number, one in enumerate(events)]
        self.missed = missed

    def events_after(self, seq, limit, kinds, path):
        found = [one for one in self.events if one["seq"] > seq][:2]
        missed, self.missed = self.missed, 0
        return {
            "events": found,
            "missed": missed,
            "next": max([seq, *(one["seq"] for one in found)]),
        }

    def wake(self, callback):
        return lambda: None


STARTED = [event("14:02:07.121", "started", f"root/w{number}", "gen 1") for number in range(5)]


def printed(port, **options):
    lines = []
    printer = EventPrinter([Output(lines.append)], TIMES, **options)
    printer.start(port)
    printer.close()
    return lines


def test_every_event_is_printed_in_order():
    assert [line[23:30] for line in printed(FakePort(STARTED))] == [
        f"root/w{number}" for number in range(5)
    ]


def test_what_the_terminal_was_too_slow_for_is_told():
    assert printed(FakePort(STARTED[:1], missed=96))[0].startswith("-- 96 missed here")


def test_the_level_of_the_file_leaves_out_what_weighs_less():
    crash = event("14:02:08.310", "exited", "root/w0", "crash(KeyError: 'sku')")
    error = event("14:02:08.310", "error", "root/w0", "order.created → reserve: KeyError: 'sku'")
    port = [STARTED[0], error, crash]
    shown = {
        level: [line[13:23].strip() for line in printed(FakePort(port), level=level)]
        for level in ("info", "warning", "error")
    }
    assert shown == {
        "info": ["started", "error", "exited"],
        "warning": ["error", "exited"],
        "error": ["error"],
    }


def test_json_lines_have_the_same_fields():
    (line,) = printed(FakePort(STARTED[:1]), as_json=True)
    assert json.loads(line) == {
        "time": "2025-11-23T14:02:07.121Z",
        "event": "started",
        "path": "root/w0",
        "facts": "gen 1",
        "data": {},
    }


def test_another_day_is_announced():
    later = STARTED[1] | {"at": at("14:02:07.121") + 86_400}
    lines = printed(FakePort([STARTED[0], later]))
    assert lines[1] == "-- 2025-11-24 --"


def test_a_reader_that_left_stops_its_own_lines_only():
    lines, lost = [], []

    def broken(line):
        raise BrokenPipeError

    outputs = [
        Output(broken, on_lost=lambda: lost.append("lost")),
        Output(lines.append),
    ]
    printer = EventPrinter(outputs, TIMES)
    printer.start(FakePort(STARTED))
    printer.close()
    assert (len(lines), lost) == (5, ["lost"])


def test_a_terminal_that_takes_nothing_does_not_hold_the_end_up():
    taken, lines = threading.Event(), []
    outputs = [Output(lines.append), Output(lambda line: taken.wait())]
    printer = EventPrinter(outputs, TIMES, close_s=0.05)
    printer.start(FakePort(STARTED))
    printer.close()
    printer.say(shop.NOW, "done", "ran 1.0s")
    assert lines[-1].split()[1] == "done"
    taken.set()
