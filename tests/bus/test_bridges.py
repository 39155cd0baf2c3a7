"""Which buses a signal reaches over bridges."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.bus.bridges import Bus, JoinedBuses
from jido_cli.core.signals import Signal


class Agent:
    mail_depth = 0


def names(bus: Bus[Agent], signal_type: str, known: dict[str, Bus[Agent]]) -> set[str]:
    return {name for name, each in known.items() if each in list(bus.reached(signal_type))}


def test_a_signal_passes_a_bridge_only_the_way_that_its_type_may_go():
    outer: Bus[Agent] = Bus()
    inner: Bus[Agent] = Bus(outer, inwards=["order.*"], outwards=["payment.**"])
    known = {"outer": outer, "inner": inner}
    assert names(outer, "order.placed", known) == {"outer", "inner"}
    assert names(outer, "payment.due", known) == {"outer"}
    assert names(inner, "payment.due.late", known) == {"outer", "inner"}
    assert names(inner, "order.placed", known) == {"inner"}


def test_what_comes_out_of_one_bridge_goes_into_the_next():
    outer: Bus[Agent] = Bus()
    one: Bus[Agent] = Bus(outer, outwards=["a"])
    two: Bus[Agent] = Bus(outer, inwards=["a"])
    known = {"outer": outer, "one": one, "two": two}
    assert names(one, "a", known) == {"outer", "one", "two"}


def test_nothing_passes_a_bridge_that_is_down():
    outer: Bus[Agent] = Bus()
    inner: Bus[Agent] = Bus(outer, inwards=["**"], outwards=["**"])
    inner.part()
    assert list(outer.reached("a")) == [outer]
    assert list(inner.reached("a")) == [inner]


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.booleans()), max_size=12), st.data()
)
def test_no_bus_is_reached_twice_in_any_tree_of_buses(made, data):
    buses: list[Bus[Agent]] = [Bus()]
    for above, inwards, outwards in made:
        ways = (["a"] if inwards else [], ["a"] if outwards else [])
        buses.append(Bus(buses[above % len(buses)], *ways))
    start = data.draw(st.sampled_from(buses))
    reached = list(start.reached("a"))
    assert len(reached) == len({id(each) for each in reached})


def test_a_publisher_does_not_hear_itself_on_any_bus():
    outer: Bus[Agent] = Bus()
    inner: Bus[Agent] = Bus(outer, outwards=["a"])
    first, second = Agent(), Agent()
    inner.add(first, ["a"])
    outer.add(second, ["a"])
    joined = JoinedBuses(outer, lambda each: inner if each is first else outer)
    signal = Signal("a", "/x", None, "1")
    assert list(joined.receivers(signal, first)) == [second]
    assert list(joined.receivers(signal)) == [second]
