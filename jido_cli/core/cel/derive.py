"""Static types of a decoded expression, derived from the leaves upwards.

The checker's own type map is not read: behind a call on a dynamic value it names whatever type
would fit, and code specialised on that would compute `1.0 - 1`. What is trusted here: constants,
declared variables, message fields, and functions whose result has one type whatever goes in.
No decoding, no code generation, no values.
"""

from __future__ import annotations

from collections.abc import Mapping

from jido_cli.core.cel.conversions import TYPE_NAMES
from jido_cli.core.cel.library import signatures
from jido_cli.core.cel.signatures import result_of
from jido_cli.core.cel.types import (
    BOOL,
    DYN,
    STRING,
    TYPE,
    CelType,
    common_type,
    constant_type,
    list_of,
    map_of,
    operator_type,
    optional_of,
)
from jido_cli.core.cel.wire import Node, RefusedError

_NAMED_TYPES = frozenset(TYPE_NAMES.values())


class TypeScope:
    """What names mean: variables, the fields of messages, and the macros' own variables.

    Args:
        variables: the declared variables.
        fields: message -> field -> type.
        hidden: declared variables that may not be used here, with what to say about it.
    """

    def __init__(
        self,
        variables: Mapping[str, CelType],
        fields: Mapping[str, Mapping[str, CelType]],
        hidden: Mapping[str, str],
    ) -> None:
        self.variables = variables
        self.fields = fields
        self.hidden = hidden

    def annotate(self, node: Node, local: Mapping[str, CelType]) -> CelType:
        """Set the type of *node* and of everything below it; return the node's own.

        Args:
            node: the root of a decoded expression.
            local: types of the macro variables in scope.

        Raises:
            RefusedError: a name is none of ours.
        """
        match node.kind:
            case "const":
                node.type = constant_type(node.value)
            case "ident":
                node.type = self._name(node, local)
            case "bind":
                value = self.annotate(node.args[0], local)
                node.type = self.annotate(node.args[1], {**local, node.name: value})
            case "all" | "exists" | "exists_one" | "collect" | "sort":
                node.type = self._macro(node, local)
            case _:
                arguments = [self.annotate(each, local) for each in node.args]
                node.type = self._compound(node, arguments)
        return node.type

    def _name(self, node: Node, local: Mapping[str, CelType]) -> CelType:
        if node.name in local:
            return local[node.name]
        name = node.name.removeprefix(".")
        if name in self.hidden:
            raise RefusedError(self.hidden[name], node.offset)
        found = self.variables.get(name)
        if found is None:
            if name in _NAMED_TYPES:
                return TYPE
            raise RefusedError(f"{node.name} is no value of this language", node.offset)
        return found

    def _macro(self, node: Node, local: Mapping[str, CelType]) -> CelType:
        source = self.annotate(node.args[0], local)
        element = DYN
        if source.kind == "list" and source.item is not None:
            element = source.item
        elif source.kind == "map":
            element = STRING
        inner = {**local, node.name: element}
        types = [self.annotate(each, inner) for each in node.args[1:]]
        if node.kind == "sort":
            return list_of(element)
        return list_of(types[-1]) if node.kind == "collect" else BOOL

    def _compound(self, node: Node, arguments: list[CelType]) -> CelType:
        match node.kind:
            case "select":
                return self._field(arguments[0], node.name)
            case "has":
                return BOOL
            case "list":
                return list_of(common_type(_held(node, arguments, 0, 1)))
            case "map":
                return map_of(common_type(_held(node, arguments, 1, 2)))
            case _:
                return self._call(node, arguments)

    def _call(self, node: Node, arguments: list[CelType]) -> CelType:
        if node.name == "_?._":
            return _maybe(self._field(arguments[0], str(node.args[1].value)))
        found = operator_type(node.name, arguments)
        if found is not None:
            return found
        known = signatures(node.name)
        return result_of(known, arguments, has_receiver=node.has_receiver)

    def _field(self, operand: CelType, name: str) -> CelType:
        if operand.kind == "message":
            return self.fields[operand.name].get(name, DYN)
        if operand.kind == "map" and operand.item is not None:
            return operand.item
        if operand.kind == "optional" and operand.item is not None:
            return _maybe(self._field(operand.item, name))
        return DYN


def _maybe(kind: CelType) -> CelType:
    """Return the type of an optional access: what is optional already stays so."""
    return kind if kind.kind == "optional" else optional_of(kind)


def _held(node: Node, types: list[CelType], first: int, step: int) -> list[CelType]:
    """Return the types of a container's values; of `?` entries, of what they may hold."""
    return [
        (types[at].item or DYN) if at in node.optional else types[at]
        for at in range(first, len(types), step)
    ]
