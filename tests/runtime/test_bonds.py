"""Whatever happens to parents and children, in any order: the bonds stay a forest of the living."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.action import action
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import AdoptChild, SpawnAgent, Stop, StopChild
from jido_cli.errors import ControlError
from tests.helpers.actions import boom
from tests.helpers.programs import ErrorPolicy, agent, program, sup, tree
from tests.helpers.worlds import World

POLICIES = ("stop", "continue", "emit_orphan")


@action
def spawn(tag: str, under: bool, policy: str) -> tuple[None, list[Directive]]:
    """Have a child."""
    where = "pool" if under else None
    return None, [SpawnAgent("node", tag=tag, under=where, on_parent_death=policy)]  # type: ignore[arg-type]


@action
def adopt(child: str, tag: str) -> tuple[None, list[Directive]]:
    """Take somebody's child, or nobody's."""
    return None, [AdoptChild(child, tag)]


@action
def drop(tag: str) -> tuple[None, list[Directive]]:
    """End a child."""
    return None, [StopChild(tag)]


@action
def finish() -> tuple[None, list[Directive]]:
    """End."""
    return None, [Stop()]


NODE = program(
    "node",
    {"spawn": spawn, "adopt": adopt, "drop": drop, "finish": finish, "boom": boom},
    on_error=ErrorPolicy("stop"),
)
ROOT = tree(
    sup("pool", tree(agent("n", NODE, restart="transient"), strategy="dynamic")),
    agent("a", NODE),
    agent("b", NODE, restart="transient"),
    sup("s", tree(agent("c", NODE), agent("d", NODE, restart="temporary"), max_restarts=1)),
    max_restarts=100,
)
TAGS = st.sampled_from(["x", "y", "z"])
WHO = st.integers(0, 11)
SIGNALS = st.one_of(
    st.tuples(
        st.just("spawn"),
        st.fixed_dictionaries(
            {"tag": TAGS, "under": st.booleans(), "policy": st.sampled_from(POLICIES)}
        ),
    ),
    st.tuples(st.just("adopt"), st.fixed_dictionaries({"child": WHO, "tag": TAGS})),
    st.tuples(st.just("drop"), st.fixed_dictionaries({"tag": TAGS})),
    st.tuples(st.sampled_from(["finish", "boom"]), st.just({})),
)
ORDERS = st.tuples(st.sampled_from(["stop", "start", "restart", "kill"]), st.none())
STEPS = st.lists(st.tuples(WHO, st.one_of(SIGNALS, ORDERS)), min_size=1, max_size=25)


def do(world: World, who: int, what: tuple[str, Any]) -> None:
    paths = [path for path in world.paths() if path != "root"]
    name, data = what
    path = paths[who % len(paths)]
    try:
        if data is None:
            world.port.order(name, {"id": path})
        else:
            if "child" in data:
                data = {**data, "child": paths[data["child"] % len(paths)]}
            world.cast(path, name, data)
    except ControlError:
        return  # the tree has changed since: nobody is there
    world.settle()
    world.advance(0.01)


def check(world: World) -> None:
    bonds, places = world.kernel.bonds, set(world.kernel.tree.walk())
    for parent in places:
        children = bonds.children(parent)
        assert len({bond.tag for bond in children}) == len(children)
        for bond in children:
            assert bond.parent is parent
            assert bond.child in places
            assert bonds.of(bond.child) is bond
            assert not bonds.is_ancestor(bond.child, parent)
            if parent.process is None:  # whoever still has this parent may expect it back
                assert bond.on_parent_death != "stop"
                assert parent.status in ("starting", "backing_off")
    known = [bonds.of(place) for place in places]
    assert sum(one is not None for one in known) == sum(
        len(bonds.children(place)) for place in places
    )
    assert set(bonds._of_child) <= places
    assert set(bonds._of_parent) <= places
    assert set(bonds._former) <= places


@given(STEPS)
def test_bonds_are_a_forest_of_the_living_after_every_step(steps: Any) -> None:
    world = World(ROOT, programs={"node": NODE}).boot()
    try:
        for who, what in steps:
            do(world, who, what)
            if world.engine.is_ended:
                return
            check(world)
    finally:
        world.close()
