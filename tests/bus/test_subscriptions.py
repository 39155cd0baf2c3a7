"""Subscriptions: who hears a signal, groups as one subscriber (runtime.md 12)."""

from __future__ import annotations

from dataclasses import dataclass, field

from jido_cli.bus.groups import Group
from jido_cli.bus.subscriptions import TYPES_CACHED, Subscriptions
from jido_cli.core.signals import Signal


@dataclass(eq=False)
class Ear:
    """Whoever can be handed a signal."""

    name: str
    mail_depth: int = 0
    heard: list[str] = field(default_factory=list)


def signal(type_: str = "job", subject: str | None = None) -> Signal:
    return Signal(type_, "/tests", None, "1", subject)


def names(bus: Subscriptions[Ear], one: Signal, exclude: Ear | None = None) -> list[str]:
    return [ear.name for ear in bus.receivers(one, exclude)]


def test_subscribers_hear_in_the_order_in_which_they_came_each_once() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    for name, patterns in (("a", ["job", "job.*", "*"]), ("b", ["**"]), ("c", ["other"])):
        bus.add(Ear(name), patterns)
    assert names(bus, signal()) == ["a", "b"]
    assert names(bus, signal("job.done")) == ["a", "b"]
    assert bus.has_subscriber("other")


def test_the_emitter_does_not_hear_itself() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    a, b = Ear("a"), Ear("b")
    bus.add(a, ["job"])
    bus.add(b, ["job"])
    assert names(bus, signal(), a) == ["b"]


def test_who_left_hears_no_more_and_may_leave_again() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    a = Ear("a")
    bus.add(a, ["job"])
    assert names(bus, signal()) == ["a"]
    bus.discard(a)
    bus.discard(a)
    assert (names(bus, signal()), bus.has_subscriber("job")) == ([], False)


def test_who_came_later_hears_types_that_were_asked_for_before() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    assert names(bus, signal()) == []
    bus.add(Ear("a"), ["job"])
    assert names(bus, signal()) == ["a"]


def group(*ears: Ear) -> Group[Ear]:
    return Group(lambda: ears)


def test_a_group_is_one_subscriber_and_its_members_take_turns() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    bus.add_group(group(Ear("a"), Ear("b"), Ear("c")), ["job"])
    assert [names(bus, signal()) for _ in range(4)] == [["a"], ["b"], ["c"], ["a"]]


def test_the_shortest_mailbox_is_chosen() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    bus.add_group(group(Ear("a", 5), Ear("b", 2), Ear("c", 9)), ["job"])
    assert [names(bus, signal()) for _ in range(3)] == [["b"], ["b"], ["b"]]


def test_the_same_subject_goes_to_the_same_member_whatever_waits_there() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    ears = [Ear(name) for name in "abc"]
    bus.add_group(group(*ears), ["job"])
    (chosen,) = names(bus, signal(subject="order-1"))
    next(ear for ear in ears if ear.name == chosen).mail_depth = 100
    assert names(bus, signal(subject="order-1")) == [chosen]
    assert len({names(bus, signal(subject=f"o-{n}"))[0] for n in range(50)}) == 3


def test_an_emitter_in_a_group_is_passed_over() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    a, b = Ear("a"), Ear("b")
    bus.add_group(group(a, b), ["job"])
    assert [names(bus, signal(), a) for _ in range(3)] == [["b"]] * 3
    busy = Ear("c", 9)
    alone: Subscriptions[Ear] = Subscriptions()
    alone.add_group(group(busy), ["job"])
    assert names(alone, signal(), busy) == []
    assert names(alone, signal(subject="x"), busy) == []


def test_an_empty_group_hears_nothing() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    empty = group()
    bus.add_group(empty, ["job"])
    assert names(bus, signal()) == []
    bus.discard_group(empty)
    bus.discard_group(empty)
    assert not bus.has_subscriber("job")


def test_types_from_outside_do_not_make_the_cache_grow_for_ever() -> None:
    bus: Subscriptions[Ear] = Subscriptions()
    bus.add(Ear("a"), ["**"])
    for number in range(TYPES_CACHED + 10):
        assert names(bus, signal(f"t{number}")) == ["a"]
    assert len(bus._cache) <= TYPES_CACHED
