"""Names that come at run time: the ids of children that are started by key, tag or id.

A name is any short printable text; its id is the name with what a path cannot hold written as
`%2F`. What the engine names itself no name may be. Who finds whom by a name is the tree's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jido_cli.core.declarative.signal_keys import NoSignalKeyError, checked
from jido_cli.core.shown import show
from jido_cli.errors import ControlError

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place

OWN: Final = ".children"
"""What the id of the supervisor of an agent's own ends in."""


class BadNameError(NoSignalKeyError):
    """Raised when a text cannot name a child."""


def id_of(name: str) -> str:
    """Return the id of the place of *name*, a key or a tag."""
    if "%" not in name and "/" not in name:
        return name
    return name.replace("%", "%25").replace("/", "%2F")


def name_of(ident: str) -> str:
    """Return the key or tag of the place *ident*."""
    return ident.replace("%2F", "/").replace("%25", "%") if "%" in ident else ident


def new_id(name: object, what: str) -> str:
    """Return the id of a new child that *name* is to name.

    Args:
        name: a key, a tag, an id.
        what: which of them, for the message.

    Raises:
        NoSignalKeyError: it cannot name a child; the message says why.
    """
    text = checked(name, what)
    if text.endswith(OWN):
        kept = "such names are kept for the supervisors of agents' own children"
        raise BadNameError(f"{what} {show(text)} ends in {OWN!r}: {kept}")
    return id_of(text)


def require_id(name: object, what: str, above: Place) -> str:
    """Return the id of a new child below *above*, as `new_id` does.

    Raises:
        ControlError: `bad-value`, it cannot name a child; the message says why.
    """
    try:
        return new_id(name, what)
    except NoSignalKeyError as error:
        raise ControlError(error.message, code="bad-value", where=above.path) from None
