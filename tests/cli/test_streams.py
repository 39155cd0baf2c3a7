"""`events`, `directives`, `dead-letters`: filters, following, gaps."""

from __future__ import annotations

import json

from tests.cli import shop
from tests.cli.fakes import FakeHandle, jido, missed


def event(seq, kind="exited", path="root/pipeline/inventory", age=5.0):
    return {
        "seq": seq,
        "at": shop.NOW - age,
        "kind": kind,
        "path": path,
        "text": f"fact {seq}",
        "data": {},
    }


def directive(seq, kind="emit", outcome="done", age=5.0):
    return {
        "seq": seq,
        "at": shop.NOW - age,
        "agent": "root/pipeline/orders",
        "type": kind,
        "summary": f"signal.{seq} → bus",
        "cause": "order.requested",
        "outcome": outcome,
        "ms": 0.4,
        "detail": None,
    }


def page(records, *, after, missed=0):
    return {"directives": records, "missed": missed, "next": after}


def test_events_shows_all_that_is_kept_and_ends():
    handle = FakeHandle(past=[event(1), event(2, "restarted"), event(5)])
    result = jido("events", handle=handle)
    assert [line.split()[-1] for line in result.stdout.splitlines()] == ["1", "2", "5"]
    assert result.exit_code == 0


def test_long_kinds_and_types_shift_no_column():
    past = [event(1), event(2, "directive_failed"), event(3, "zombie_gone")]
    lines = jido("events", handle=FakeHandle(past=past)).stdout.splitlines()
    assert {line.index("root/") for line in lines} == {13 + len("directive_failed") + 1}
    records = [directive(1), directive(2, kind="run_instruction")]
    handle = FakeHandle(directive_pages=[page(records, after=2), page([], after=2)])
    lines = jido("directives", handle=handle).stdout.splitlines()
    assert {line.index("signal.") for line in lines} == {24 + len("run_instruction") + 1}


def test_events_filters_by_kind_and_time():
    handle = FakeHandle(past=[event(1, age=700), event(2, "restarted"), event(3)])
    words = ("events", "--kind", "exited,gave_up", "--since", "10m")
    assert [line.split()[-1] for line in jido(*words, handle=handle).stdout.splitlines()] == ["3"]


def test_following_goes_on_after_the_past_until_interrupted():
    handle = FakeHandle(
        past=[event(number) for number in range(1, 30)], coming=[missed(96), event(140)]
    )
    result = jido("events", "-f", "--agent", "inventory", "--kind", "exited", handle=handle)
    assert result.exit_code == 130
    shown = [int(line.split()[-1]) for line in result.stdout.splitlines()]
    assert shown == [*range(20, 30), 140]
    assert result.stderr == "-- 96 missed here: this reader was slower than the engine --\n"
    assert handle.orders == [("events", 29, ("exited",), "root/pipeline/inventory")]


def test_events_as_json_are_one_object_a_line_with_utc_times():
    handle = FakeHandle(past=[event(1), event(2)])
    lines = jido("events", "--json", "-n", "1", handle=handle).stdout.splitlines()
    (record,) = [json.loads(line) for line in lines]
    assert (record["seq"], record["time"]) == (2, "2025-11-23T14:02:06.204Z")


def test_directives_are_filtered_by_outcome_in_both_forms():
    records = [directive(1), directive(2, outcome="dead_letter"), directive(3, outcome="error")]
    handle = FakeHandle(directive_pages=[page(records, after=3), page([], after=3)])
    result = jido("directives", "--outcome", "dead,error", handle=handle)
    assert [line.split()[3] for line in result.stdout.splitlines()] == ["signal.2", "signal.3"]


def test_one_word_of_a_filter_is_the_engines_work():
    handle = FakeHandle(directive_pages=[page([], after=0)])
    jido("directives", "--outcome", "ok", "--type", "emit", "--agent", "orders", handle=handle)
    asked = handle.orders[0][1]
    assert (asked["outcome"], asked["type_"], asked["agent"]) == (
        "done",
        "emit",
        "root/pipeline/orders",
    )


def test_following_directives_tells_what_was_missed():
    handle = FakeHandle(
        directive_pages=[
            page([directive(1)], after=1),
            page([], after=1),
            page([directive(100)], after=100, missed=98),
        ]
    )
    result = jido("directives", "-f", handle=handle)
    assert result.exit_code == 130
    assert [line.split()[3] for line in result.stdout.splitlines()] == ["signal.1", "signal.100"]
    assert result.stderr.startswith("-- 98 missed here")


def test_what_was_forgotten_before_is_a_number_too():
    handle = FakeHandle(
        directive_pages=[page([directive(900)], after=900, missed=899), page([], after=900)]
    )
    assert jido("directives", handle=handle).stderr == "-- 899 older ones are no longer kept --\n"


def test_a_busy_engine_is_not_chased_for_ever():
    late = directive(2, age=-1.0)
    handle = FakeHandle(directive_pages=[page([directive(1), late], after=2)])
    assert len(jido("directives", handle=handle).stdout.splitlines()) == 1


def letter(number):
    return {
        "number": number,
        "at": shop.NOW - 60,
        "path": "root/pipeline/orders",
        "type": "order.requestd",
        "reason": "unrouted",
        "signal": {"type": "order.requestd", "id": "x"},
    }


def test_dead_letters_are_listed():
    result = jido("dead-letters", handle=FakeHandle(letters=[letter(16), letter(17)]))
    assert result.stdout.splitlines()[1:] == [
        "    16  14:01:11.204  root/pipeline/orders     order.requestd  unrouted",
        "    17  14:01:11.204  root/pipeline/orders     order.requestd  unrouted",
    ]


def test_one_dead_letter_is_shown_in_full():
    result = jido("dead-letters", "17", handle=FakeHandle(letters=[letter(16), letter(17)]))
    assert json.loads(result.stdout) == letter(17)


def test_a_dead_letter_that_is_not_there_is_exit_3():
    result = jido("dead-letters", "18", handle=FakeHandle(letters=[letter(17)]))
    assert result.exit_code == 3
    assert result.stderr.startswith("error: no dead letter 18\n")


def test_no_dead_letters_is_no_failure():
    result = jido("dead-letters")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "no dead letters\n", 0)
