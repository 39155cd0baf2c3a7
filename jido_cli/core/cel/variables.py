"""The types of the variables of one environment, each read when it is first asked for.

Most expressions name one or two of the ten variables that a place has. Schemas become types in
`messages`; what may be read at run time is in `scope`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from jido_cli.core.cel.messages import MessageTypes
from jido_cli.core.cel.scope import RECORDS
from jido_cli.core.cel.types import (
    ANY_LIST,
    ANY_MAP,
    BOOL,
    DOUBLE,
    DYN,
    INT,
    STRING,
    CelType,
)

_SIMPLE = MappingProxyType(
    {
        "bool": BOOL,
        "int": INT,
        "double": DOUBLE,
        "string": STRING,
        "list": ANY_LIST,
        "map": ANY_MAP,
        "dyn": DYN,
    }
)

Declared = Mapping[str, Mapping[str, object] | str]
"""Variables by name: a schema, or a word."""


class VariableTypes(Mapping[str, CelType]):
    """Variable -> type.

    Args:
        declared: the variables, as an `Environment` takes them.
        messages: takes the types that their schemas describe.
    """

    def __init__(self, declared: Declared, messages: MessageTypes) -> None:
        self._declared = declared
        self._messages = messages
        self._known: dict[str, CelType] = {}

    def with_added(self, added: Mapping[str, CelType], messages: MessageTypes) -> VariableTypes:
        """Return these variables with others added or replaced; *messages* has the types of all."""
        other = VariableTypes({**self._declared, **dict.fromkeys(added, "dyn")}, messages)
        other._known = {**self._known, **added}
        return other

    def __getitem__(self, name: str) -> CelType:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._read(self._declared[name])
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)

    def _read(self, variable: Mapping[str, object] | str) -> CelType:
        if not isinstance(variable, str):
            return self._messages.add(variable)
        if variable in RECORDS:
            fields = {name: field for name, (field, _) in RECORDS[variable].items()}
            return self._messages.define(fields)
        if variable == "none":
            return self._messages.define({})
        return self[variable] if variable in self._declared else _SIMPLE[variable]
