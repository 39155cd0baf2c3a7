"""What makes a kind of directive: its base, and the name under which people know it.

Own kinds are subclasses of `Directive`, marked `@directive_type("name")`. The built-in ones are in
`directives`; no directive is carried out here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, TypeVar

import msgspec

from jido_cli.errors import JidoCliError


class DirectiveError(JidoCliError):
    """Raised for a directive that is made wrongly."""

    default_code = "bad-directive"


class Directive(msgspec.Struct, frozen=True, tag_field="directive"):
    """Base of all directives; `kind` is the name under which people know it."""

    kind: ClassVar[str] = "directive"


_D = TypeVar("_D", bound=type[Directive])
_KINDS: dict[str, type[Directive]] = {}


def directive_type(name: str) -> Callable[[_D], _D]:
    """Return a decorator that makes a subclass of `Directive` known under *name*.

    Raises:
        DirectiveError: the name is taken by another class, or the class is no `Directive`.
    """

    def register(cls: _D) -> _D:
        if not (isinstance(cls, type) and issubclass(cls, Directive)):
            raise DirectiveError(f"{cls!r} is not a subclass of Directive")
        known = _KINDS.setdefault(name, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise DirectiveError(f"directive {name!r} is {known.__module__}.{known.__qualname__}")
        _KINDS[name] = cls
        cls.kind = name
        return cls

    return register


def directive_types() -> Mapping[str, type[Directive]]:
    """Return the known directives by name."""
    return dict(_KINDS)
