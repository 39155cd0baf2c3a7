"""Groups: who of the members gets a signal, and how little moves when they change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from jido_cli.bus.groups import SLOTS_KEPT, Group, jump
from jido_cli.core.signals import Signal

KEYS = [f"key-{number}" for number in range(2000)]


@dataclass(eq=False)
class Ear:
    name: str
    mail_depth: int = 0


def signal(subject: str | None = None) -> Signal:
    return Signal("job", "/tests", None, "1", subject)


def names(group: Group[Ear], one: Signal, exclude: Ear | None = None) -> list[str]:
    return [ear.name for ear in group.receivers(one, exclude)]


def by_subject(*ears: Ear) -> Group[Ear]:
    return Group(lambda: ears, "hash", lambda one: one.subject)


def placed(group: Group[Ear]) -> dict[str, str]:
    return {key: names(group, signal(key))[0] for key in KEYS}


def test_all_reaches_every_member_but_the_emitter() -> None:
    ears = [Ear(name) for name in "abc"]
    group: Group[Ear] = Group(lambda: ears, "all")
    assert names(group, signal("s")) == ["a", "b", "c"]
    assert names(group, signal(), ears[1]) == ["a", "c"]


def test_hash_sends_the_same_key_to_the_same_member_and_spreads_the_keys() -> None:
    group = by_subject(*(Ear(name) for name in "abcd"))
    first = placed(group)
    assert placed(group) == first
    assert all(350 < count < 650 for count in Counter(first.values()).values())


def test_a_signal_without_a_key_reaches_nobody() -> None:
    assert names(by_subject(Ear("a")), signal()) == []


def test_a_keys_own_emitter_does_not_hear_itself() -> None:
    a = Ear("a")
    assert names(by_subject(a), signal("x"), a) == []


def test_one_member_more_moves_only_keys_that_go_to_it() -> None:
    group = by_subject(*(Ear(name) for name in "abcd"))
    before = placed(group)
    group.joined(Ear("e"))
    after = placed(group)
    moved = {key for key in KEYS if before[key] != after[key]}
    assert {after[key] for key in moved} == {"e"}
    assert 300 < len(moved) < 500


def test_the_newest_that_leaves_takes_only_its_keys_along() -> None:
    ears = [Ear(name) for name in "abcde"]
    group = by_subject(*ears)
    before = placed(group)
    group.left(ears[-1])
    after = placed(group)
    assert {before[key] for key in KEYS if before[key] != after[key]} == {"e"}


def test_one_from_the_middle_that_leaves_moves_its_keys_and_those_of_the_last() -> None:
    ears = [Ear(name) for name in "abcde"]
    group = by_subject(*ears)
    before = placed(group)
    group.left(ears[1])
    after = placed(group)
    assert {before[key] for key in KEYS if before[key] != after[key]} == {"b", "e"}
    group.left(Ear("stranger"))
    assert placed(group) == after


def test_members_that_come_and_go_before_the_first_signal_are_asked_for_then() -> None:
    ears = [Ear("a")]
    group: Group[Ear] = Group(lambda: list(ears))
    group.joined(Ear("never"))
    group.left(ears[0])
    assert names(group, signal()) == ["a"]
    assert group.members == ears


def test_keys_from_outside_do_not_make_the_table_grow_for_ever() -> None:
    group = by_subject(Ear("a"), Ear("b"))
    for number in range(SLOTS_KEPT + 10):
        assert len(names(group, signal(str(number)))) == 1
    assert len(group._slots) <= SLOTS_KEPT


def test_the_hash_is_the_same_in_every_run() -> None:
    assert [jump(key, 10) for key in ("a", "b", "order-1", "ü")] == [6, 8, 5, 2]
    assert jump("anything", 1) == 0
