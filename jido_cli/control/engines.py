"""Which engines this user has, which of them live, and which one a command means.

Here lives the search through the state dir and the runtime listing. Nothing is started, stopped or
signalled here, and nobody is believed to live because a file says so: alive is who holds the lock
and answers on the socket; the pid is the kernel's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from jido_cli.control import last_words, peer, private_files, words
from jido_cli.control.state_dir import EnginePlace, EngineRecord, StateDir, runtime_folder
from jido_cli.errors import ControlError

Liveness: TypeAlias = Literal["alive", "starting", "dead", "unsafe"]
_CONNECT_S = 1.0


@dataclass(frozen=True, slots=True)
class FoundEngine:
    """One engine: where it lies, whether it lives, what it said of itself.

    `starting` holds the lock but does not answer yet; `unsafe` lies in a folder that others may
    touch, *problem* says which and how to mend it.
    """

    place: EnginePlace
    status: Liveness
    record: EngineRecord | None = None
    peer: peer.Peer | None = None
    last_exit: dict[str, object] | None = None
    problem: ControlError | None = None

    @property
    def name(self) -> str:
        """The topology's name."""
        return self.place.name

    @property
    def is_alive(self) -> bool:
        """Whether it holds its lock and answers on its socket."""
        return self.status == "alive"


class EngineGoneError(ControlError):
    """Raised when an engine was there and is not any more; *last_exit* says how it ended."""

    default_code = "engine-gone"

    def __init__(self, engine: FoundEngine, *, now: float) -> None:
        place, record, end = engine.place, engine.record, engine.last_exit
        again = f"jido up {words.pasted(record.file)}" if record else "jido up FILE"
        written = _last_written(place)
        stamp = words.clock(written, now=now) if written else None
        if end is not None:
            at = end.get("at")
            when = words.clock(at, now=now) if isinstance(at, int | float) else "an unknown time"
            message = f"the engine of {place.name} is gone: it ended at {when}"
            why = str(end.get("reason") or end.get("kind") or "it did not say why")
        else:
            message = f"the engine of {place.name} is gone"
            if private_files.check_file(place.socket, socket=True):
                pid = f" {record.pid}" if record else ""
                message += f": its socket is there, its process{pid} is not"
            else:
                message += ", and so is its socket"
            why = _without_word(place, record, stamp)
            again += "     (cleans up)"
        where = words.shown(place.socket) + (f", last written {stamp}" if stamp else "")
        super().__init__(message, where=where, why=why, hints=(again,))
        self.place = place
        self.record = record
        self.last_exit = end


def _without_word(place: EnginePlace, record: EngineRecord | None, stamp: str | None) -> str:
    """Return what is known of an end that the engine did not tell of."""
    crash = last_words.sudden_end(place, record)
    if crash is not None:
        return f"its process crashed: {crash}; engine.log has the stack"
    ends = f"engine.log ends at {stamp}" if place.log_path.exists() else "it ended"
    return f"{ends} without a shutdown: {last_words.NOT_KNOWN}"


def end_without_word(engine: FoundEngine) -> str | None:
    """Return how an engine that is gone ended, where it did not say so itself; else None."""
    if engine.status != "dead" or engine.record is None or engine.last_exit is not None:
        return None
    written = _last_written(engine.place)
    stamp = words.clock(written, now=time.time()) if written else None
    return _without_word(engine.place, engine.record, stamp)


def _last_written(place: EnginePlace) -> float | None:
    """Return the last sign of life in the folder."""
    for path in (place.log_path, place.socket, place.record_path):
        try:
            return path.lstat().st_mtime
        except FileNotFoundError:
            continue
    return None


def look_at(place: EnginePlace) -> FoundEngine:
    """Return what can be said of the engine in one place."""
    try:
        place.check()
        answering = _peer_of(place)
        locked = place.is_locked()
        record = place.record()
        last_exit = None if locked else place.last_exit()
    except ControlError as problem:
        return FoundEngine(place, "unsafe", problem=problem)
    if not locked:
        return FoundEngine(place, "dead", record, last_exit=last_exit)
    status: Liveness = "alive" if answering is not None else "starting"
    return FoundEngine(place, status, record, answering)


def _peer_of(place: EnginePlace) -> peer.Peer | None:
    """Return who answers on the socket, or None when nobody does."""
    try:
        with peer.connect(place.socket, timeout_s=_CONNECT_S) as connection:
            return peer.credentials(connection)
    except OSError:
        return None  # nobody, or nobody who takes calls: both are "does not answer"


def find_engines(here: StateDir | None, environ: Mapping[str, str]) -> list[FoundEngine]:
    """Return the engines of the project *here*, then those listed for this user.

    Raises:
        ControlError: the state dir or the listing may be touched by others.
    """
    places = here.places() if here is not None else []
    known = {place.folder for place in places}
    places += [p for p in _listed(runtime_folder(environ)) if p.folder not in known]
    return [look_at(place) for place in places]


def _listed(runtime: Path) -> list[EnginePlace]:
    """Return the places in the listing, and take out entries whose folder is gone."""
    if not private_files.check_folder(runtime):
        return []
    places = []
    for path in sorted(runtime.glob("*.json")):
        try:
            record = private_files.read_record(path)
        except ControlError:  # others may have written it: it is not believed; `doctor` tells of it
            continue
        folder = record.get("folder") if record else None
        place = EnginePlace(Path(folder), runtime) if isinstance(folder, str) else None
        if place is None or place.listing_path != path or not place.lock_path.exists():
            path.unlink(missing_ok=True)
            path.with_suffix(".sock").unlink(missing_ok=True)
            continue
        places.append(place)
    return sorted(places, key=lambda place: (place.name, place.folder))


def pick_engine(
    engines: Sequence[FoundEngine],
    *,
    name: str | None,
    here: StateDir,
    command: str = "ps",
    within: Path | None = None,
    is_only_here: bool = False,
) -> FoundEngine:
    """Return the engine that a command means, alive or starting.

    Args:
        engines: what `find_engines` found.
        name: what the user asked for. Where several are meant by it, or without it several run,
            the one of this project is taken: the only one that lies *here*, else the only one
            whose topology lies *within* a folder.
        here: where this project's engines lie; a dead one counts only if it lies here or is named.
        command: what was typed after `jido`, for the hints.
        within: the folder the user is in.
        is_only_here: whether the user named the state dir: then no engine elsewhere is meant.

    Raises:
        EngineGoneError: the one that is meant is dead.
        ControlError: `no-engine`, `several-engines`, or what makes the place unsafe.
    """
    if is_only_here:
        engines = [e for e in engines if e.place.folder.parent == here.root]
    wanted = [e for e in engines if name is None or e.name == name]
    live = [e for e in wanted if e.status in ("alive", "starting")]
    if len(live) > 1:
        live = list(_nearest(live, here, within))
    if len(live) == 1:
        return live[0]
    if len(live) > 1:
        raise _several(live, command)
    lost = [e for e in wanted if name is not None or e.place.folder.parent == here.root]
    for engine in lost:
        if engine.problem is not None:
            raise engine.problem
    if lost:
        newest = max(lost, key=lambda e: e.record.started_at if e.record else 0.0)
        raise EngineGoneError(newest, now=time.time())
    raise _none(engines, name, here)


def _nearest(
    live: Sequence[FoundEngine], here: StateDir, within: Path | None
) -> Sequence[FoundEngine]:
    """Return the one of this project, or of this folder; all where that does not decide."""
    own = [e for e in live if e.place.folder.parent == here.root]
    if not own and within is not None:
        own = [e for e in live if e.record and Path(e.record.file).is_relative_to(within)]
    return own if len(own) == 1 else live


def _several(live: Sequence[FoundEngine], command: str) -> ControlError:
    now = time.time()
    described = [
        f"{e.name} (pid {e.peer.pid if e.peer else '?'}, "
        f"up {words.duration(now - e.record.started_at) if e.record else '?'})"
        for e in live
    ]
    same_name = len({e.name for e in live}) < len(live)
    if same_name:
        described = [
            f"{text} in {words.shown(e.place.folder)}"
            for text, e in zip(described, live, strict=True)
        ]
    hint = f"jido {words.with_engine(command, live[0].name)}"
    if same_name:
        hint = f"JIDO_STATE_DIR={words.pasted(live[0].place.folder.parent)} {hint}"
    return ControlError(
        f"{len(live)} engines are running, say which one",
        code="several-engines",
        where=", ".join(described),
        hints=(hint,),
    )


def _none(engines: Sequence[FoundEngine], name: str | None, here: StateDir) -> ControlError:
    live = [e.name for e in engines if e.status in ("alive", "starting")]
    if name is not None and live:
        return ControlError(
            f"no engine {name!r} is running{words.near(name, live)}",
            code="no-engine",
            where="running: " + ", ".join(live),
            hints=("jido ls",),
        )
    folders = sum(e.place.folder.parent == here.root for e in engines)
    plural = "folder" if folders == 1 else "folders"
    named = "" if name is None else f" {name!r}"
    return ControlError(
        f"no engine{named} is running",
        code="no-engine",
        where=f"{words.shown(here.root)}/ (looked for engine.sock in {folders} {plural})",
        hints=("jido up FILE",),
    )
