"""What is checked with its variables bound is what is checked with its variables declared."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jido_cli.core.cel.checking import Checking, UncheckedError
from jido_cli.core.cel.messages import MessageTypes
from jido_cli.core.cel.source import prepare
from jido_cli.core.cel.types import ANY_MAP, DYN, INT, CelType, list_of, map_of
from jido_cli.core.cel.wire import Node, RefusedError
from jido_cli.core.expressions import Environment, ExpressionError
from tests.core.expressions.grammar import VARIABLES, expression
from tests.core.expressions.worlds import PARAMS, STATE

KINDS = {
    "int": INT,
    "double": CelType("double"),
    "string": CelType("string"),
    "bool": CelType("bool"),
    "ints": list_of(INT),
    "texts": list_of(CelType("string")),
    "list": list_of(DYN),
    "map": ANY_MAP,
    "dyn": DYN,
}
TYPES = {name: KINDS[kind] for name, kind in VARIABLES.items()}
TEXTS = (
    "state.count + params.by",
    "state.items.map(i, i.qty).sum() + state.stock['x']",
    "state.items.sortByKey(i, -i.qty).map(state, state.sku)",
    "state == state && state != params",
    "next == state && next.items[0] == item",
    "has(state.maybe) ? state.?address.orValue({}) : params",
    "state.count // the count",
    "'state' + params.text",
    "[state].map(x, x.count)[0] + index",
    "cel.bind(params, 1, params + state.count)",
    "signal.data.x + string(signal.time)",
    ".state.count",
    "state . count",
    "matrix[0][0] + names['a'][0].size()",
    "text.lowerAscii() + 'ä'.format([state])",
)
BROKEN = (
    "state.count) + (1",
    "state.count), (1",
    "state.count)) //",
    "state) + cel.bind(state, 1, state",
    "cel.bind(state, 1, 2) + 3",
    "state.counts",
    "state.count + 'a'",
    "state == params",
    "jido.T1_0{}",
    "jido.T1_0{count: 1}.count",
    "jido.M1{}",
    "jido",
    "jido.T1_0",
    "state",
    "1 +",
    "(state",
    "state.count; 1",
    "'state",
    "uint(state.count)",
)


def world() -> Checking:
    messages = MessageTypes()
    signal = messages.add({"type": "object", "properties": {"data": {}, "id": {"type": "string"}}})
    state, params = messages.add(STATE.source), messages.add(PARAMS.source)
    items = messages.fields[state.name]["items"].item
    assert items is not None
    types = {
        "state": state,
        "next": state,
        "params": params,
        "signal": signal,
        "item": items,
        "index": INT,
        "matrix": list_of(list_of(INT)),
        "names": map_of(list_of(CelType("string"))),
        "text": CelType("string"),
    }
    return Checking(types, messages)


def shape(node: Node) -> object:
    """Return all that is known of a tree but the numbers of its nodes."""
    known = node.kind, node.name, node.offset, repr(node.value), node.optional, node.has_receiver
    return (*known, *map(shape, node.args))


def declared(checking: Checking, text: str) -> object:
    try:
        return shape(checking.declared_tree(prepare(text)))
    except (UncheckedError, RefusedError) as error:
        return type(error)


def bound(checking: Checking, text: str) -> object:
    found = checking.bound_tree(prepare(text))
    return None if found is None else shape(found)


@pytest.mark.parametrize("text", [*TEXTS, *BROKEN])
def test_a_text_is_accepted_with_the_same_tree_or_left_to_the_other_way(text: str) -> None:
    checking = world()
    assert bound(checking, text) in (None, declared(checking, text))


@pytest.mark.parametrize("text", TEXTS[:3])
def test_usual_texts_need_no_declarations(text: str) -> None:
    assert bound(world(), text) is not None


@pytest.mark.parametrize("before", ["", "[", "(", "1 + "])
@pytest.mark.parametrize("text", BROKEN[:4])
def test_a_text_cannot_close_what_it_has_not_opened(before: str, text: str) -> None:
    checking = world()
    assert bound(checking, before + text) in (None, declared(checking, before + text))
    assert bound(checking, text) is None


@settings(max_examples=150, deadline=None)
@given(random=st.randoms(use_true_random=False), cut=st.integers(0, 60), end=st.integers(0, 12))
def test_random_texts_whole_and_cut_are_accepted_with_the_same_tree(
    random: Random, cut: int, end: int
) -> None:
    checking = Checking(TYPES, MessageTypes())
    whole = expression(random, depth=3)
    for text in (whole, whole[cut:], whole[: -end or None], whole[:cut] + whole[cut + end :]):
        assert bound(checking, text) in (None, declared(checking, text))


def test_most_random_texts_need_no_declarations() -> None:
    checking, random = Checking(TYPES, MessageTypes()), Random(7)
    texts = [expression(random, depth=3) for _ in range(300)]
    sound = [text for text in texts if isinstance(declared(checking, text), tuple)]
    assert sum(bound(checking, text) is not None for text in sound) > 0.98 * len(sound)


def test_types_that_are_equal_by_chance_stay_two_types() -> None:
    one = {"type": "object", "properties": {"n": {"type": "integer"}}}
    environment = Environment({"state": one, "params": dict(one), "next": "state"})
    environment.compile("state == next && state.n == params.n")
    with pytest.raises(ExpressionError, match="object"):
        environment.compile("state == params")


def test_equal_types_of_two_environments_are_told_to_the_checker_once() -> None:
    node = {"type": "object", "properties": {"n": {"type": "integer"}, "next": {"$ref": "#"}}}
    for text in ("state.next.next.n + 1", "state.next.n + 1"):
        assert Environment({"state": node}).compile(text).result_type == INT


def test_a_checker_that_knows_many_types_is_replaced() -> None:
    for number in range(4200):
        schema = {"type": "object", "properties": {f"n{number}": {"type": "integer"}}}
        environment = Environment({"state": schema})
        assert environment.compile(f"state.n{number} + 1").result_type == INT
    with pytest.raises(ExpressionError, match="undefined field"):
        environment.compile("state.n0 + 1")
