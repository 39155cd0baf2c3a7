"""Reading the checker's bytes: trees, macros by their shape, and what is refused there."""

from __future__ import annotations

import pytest
from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_optional

from jido_cli.core.cel.source import prepare
from jido_cli.core.cel.wire import Node, RefusedError, decode

CHECKER = cel.NewEnv(
    variables={"x": cel.Type.DYN, "items": cel.Type.List(cel.Type.INT)},
    extensions=[ext_bindings.ExtBindings(), ext_optional.ExtOptional()],
)


def tree(text: str) -> Node:
    source = prepare(text)
    return decode(CHECKER.compile(source.text).serialize(), source)


def shape(node: Node) -> object:
    """Return a tree as nested tuples."""
    if node.kind == "const":
        return node.value
    name = (node.name,) if node.name else ()
    return (node.kind, *name, *map(shape, node.args))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("x.a + 1", ("call", "_+_", ("select", "a", ("ident", "x")), 1)),
        ("has(x.a)", ("has", "a", ("ident", "x"))),
        ("[1, 2.5, 'a', true, null]", ("list", 1, 2.5, "a", True, None)),
        ("{'a': x}", ("map", "a", ("ident", "x"))),
        ("-9223372036854775808", -(2**63)),
        ("x.size()", ("call", "size", ("ident", "x"))),
        ("items.all(i, true)", ("all", "i", ("ident", "items"), True)),
        ("items.exists(i, true)", ("exists", "i", ("ident", "items"), True)),
        ("items.exists_one(i, true)", ("exists_one", "i", ("ident", "items"), True)),
        ("items.map(i, 5)", ("collect", "i", ("ident", "items"), 5)),
        ("items.map(i, true, 5)", ("collect", "i", ("ident", "items"), True, 5)),
        ("items.filter(i, true)", ("collect", "i", ("ident", "items"), True, ("ident", "i"))),
        (
            "items.sortByKey(i, -i)",
            ("sort", "i", ("ident", "items"), ("call", "-_", ("ident", "i"))),
        ),
        ("cel.bind(v, 1, v)", ("bind", "v", 1, ("ident", "v"))),
        ("b'x'", b"x"),
        ("x.?a", ("call", "_?._", ("ident", "x"), "a")),
        ("google.protobuf.Duration", ("ident", "google.protobuf.Duration")),
    ],
)
def test_a_tree_is_read(text: str, want: object) -> None:
    assert shape(tree(text)) == want


def test_each_node_has_its_offset_in_code_points() -> None:
    root = tree("'é' + x.a")
    assert [root.offset, *(each.offset for each in root.args)] == [4, 0, 7]


def test_a_call_on_a_receiver_is_told_apart() -> None:
    assert (tree("x.size()").has_receiver, tree("size(x)").has_receiver) == (True, False)


def test_optional_entries_are_known_by_their_positions() -> None:
    assert tree("[1, ?x.?a, 2, ?x.?b]").optional == {1, 3}
    assert tree("{'a': 1, ?'b': x.?b}").optional == {3}


def test_a_macro_of_our_own_has_the_offsets_of_the_users_text() -> None:
    root = tree("items.sortByKey(i, i + 1)")
    (_, key) = root.args
    assert (root.offset, key.offset, key.args[1].offset) == (15, 21, 23)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1u]", "unsigned integers are not in this language"),
        ("{1: x}", "the keys of a map are text"),
        ("google.protobuf.Int64Value{value: 1}", "message literals are not in this language"),
        ("uint(1)", "unsigned integers are not in this language"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_offset(text: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message) as caught:
        tree(text)
    assert caught.value.offset is not None
