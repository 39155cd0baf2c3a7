"""How the client tells what keeps it from an answer: nobody there, another version, silence.

Here live the errors for a connection that does not come about, breaks, or leads to a stranger.
What an engine itself refuses comes over the wire and is not made here.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from jido_cli import __version__
from jido_cli.control import engines, protocol, words
from jido_cli.control.state_dir import EnginePlace
from jido_cli.control.transport import Broken, NotConnected
from jido_cli.errors import ControlError

_END_TRIES = 50
_END_PAUSE_S = 0.02
_UNKNOWN = "unknown: it may have been done; look before you ask for it again"


def unreachable(place: EnginePlace, error: NotConnected) -> ControlError:
    """Return the error for a connection that did not come about: nothing was sent."""
    found = engines.look_at(place)
    if found.problem is not None:
        return found.problem
    if found.status == "dead":
        return engines.EngineGoneError(found, now=time.time())
    return ControlError(
        f"the engine of {place.name} takes no calls yet",
        code="engine-busy",
        where=words.shown(place.socket),
        why=str(error),
        undone="nothing was sent",
    )


def lost(place: EnginePlace, error: Broken, *, is_order: bool) -> ControlError:
    """Return the error for an answer that did not come; of an order the outcome is unknown."""
    undone = _UNKNOWN if is_order else None
    found = _after_a_break(place)
    if found.status == "dead" and not error.is_silent:
        gone = engines.EngineGoneError(found, now=time.time())
        gone.undone = undone
        return gone
    return ControlError(
        f"the engine of {place.name} does not answer"
        if error.is_silent
        else f"the connection to the engine of {place.name} broke before it answered",
        code="outcome-unknown" if is_order else "connection-lost",
        where=words.shown(place.socket),
        why=str(error),
        undone=undone,
        hints=(f"jido down -e {place.name}     (ends its process if it must)",)
        if error.is_silent
        else (),
    )


def _after_a_break(place: EnginePlace) -> engines.FoundEngine:
    """Return what is there; a process that is just ending holds its lock a moment longer."""
    for _ in range(_END_TRIES):
        found = engines.look_at(place)
        if found.status != "starting":
            return found
        time.sleep(_END_PAUSE_S)
    return found


def check_version(place: EnginePlace, headers: Mapping[str, str], path: str) -> None:
    """Refuse an answer of a stranger, or of another version where that matters."""
    theirs = headers.get(protocol.PROTOCOL_HEADER.lower())
    if theirs == str(protocol.PROTOCOL) or (theirs and path in protocol.ANY_VERSION):
        return
    version = headers.get(protocol.VERSION_HEADER.lower())
    socket = words.shown(place.socket)
    if theirs is None or version is None:
        raise ControlError(
            f"what answers on the socket of {place.name} is no engine of jido",
            code="protocol-version",
            where=socket,
        )
    record = place.record()
    file = words.pasted(record.file) if record else "FILE"
    raise ControlError(
        f"the engine of {place.name} is jido {version}, this command is jido {__version__}; "
        "they cannot talk",
        code="protocol-version",
        where=f"{socket}, control API v{theirs}, this command needs v{protocol.PROTOCOL}",
        hints=(
            f"jido down -e {place.name}, then jido up {file}",
            f"or use the same version: pip install 'jido-cli=={version}'",
        ),
    )
