"""The records of supervision: values that can be compared, matched and kept in sets."""

from __future__ import annotations

import sys

from jido_cli.supervision.children import Child
from jido_cli.supervision.effects import ArmTimer, StartChild
from jido_cli.supervision.events import BootRequested, ChildStarted, StartIgnored
from jido_cli.supervision.specs import ChildSpec


def test_records_of_different_kinds_are_never_equal() -> None:
    assert ChildStarted(1) != StartIgnored(1)  # type: ignore[comparison-overlap]
    assert ChildStarted(1) == ChildStarted(1)
    assert len({ChildStarted(1), ChildStarted(1), StartIgnored(1), BootRequested()}) == 3


def test_records_match_by_place() -> None:
    match StartChild(7, "a", ChildSpec("a", 1)):
        case StartChild(ref, ident, _, args):
            assert (ref, ident, args) == (7, "a", None)


def test_a_child_is_small_and_shares_its_template() -> None:
    template = ChildSpec("t", 1)
    child = Child("x", template)
    assert sys.getsizeof(child) <= 120
    assert child.spec is template


def test_records_have_no_room_for_anything_else() -> None:
    assert not hasattr(ArmTimer(1, 5.0), "__dict__")
