"""The state dir: where an engine's socket, lock, log and records lie, and the right to be it.

Here live the folder's layout, its checks and the claim that an engine holds for life. Which
engines there are is `control.engines`; what the records mean to a person is said elsewhere. No
pid from a file is ever signalled: it is only shown.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType, UnionType

from jido_cli.control import last_exit, private_files, words
from jido_cli.errors import ControlError

MAX_SOCKET_BYTES = 100  # the system's limit is 108 on Linux, 104 on macOS
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_KINDS: Mapping[str, type | UnionType] = {
    "pid": int,
    "protocol": int,
    "started_at": int | float,
}
_STATE_DIR, _RUNTIME_DIR = "JIDO_STATE_DIR", "XDG_RUNTIME_DIR"
_LOCK_TRIES = 40
_LOCK_PAUSE_S = 0.01


@dataclass(frozen=True, slots=True)
class EngineRecord:
    """What an engine writes about itself into `engine.json`; the pid is for people only.

    `fingerprint` tells whether another run would be of the same; engines without one wrote none.
    """

    name: str
    pid: int
    version: str
    protocol: int
    file: str
    started_at: float
    folder: str
    socket: str
    fingerprint: str = ""

    @classmethod
    def from_dict(cls, record: Mapping[str, object]) -> EngineRecord | None:
        """Return the record, or None when the file holds something else."""
        values: dict[str, object] = {}
        for field in fields(cls):
            value = record.get(field.name, field.default)
            if not isinstance(value, _KINDS.get(field.name, str)):
                return None
            values[field.name] = value
        return cls(**values)  # type: ignore[arg-type]  # each value was just checked


class AlreadyRunningError(ControlError):
    """Raised when another engine holds the name; *record* is what it says of itself."""

    default_code = "already-running"

    def __init__(self, place: EnginePlace, record: EngineRecord | None, *, now: float) -> None:
        if record is None:
            message = f"an engine of {place.name} is starting"
        else:
            message = (
                f"{place.name} is already running, pid {record.pid}, "
                f"up {words.duration(now - record.started_at)}"
            )
        super().__init__(
            message,
            where=words.shown(place.socket),
            hints=(
                f"jido tui -e {place.name}      (to watch it)",
                f"jido down -e {place.name}     (to stop it)",
            ),
        )
        self.record = record


def runtime_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder in which this user's engines are listed."""
    run = environ.get("XDG_RUNTIME_DIR", "")
    if run.startswith("/"):
        return Path(run) / "jido"
    return Path(environ.get("TMPDIR") or "/tmp") / f"jido-{os.geteuid()}"  # noqa: S108  # checked


@dataclass(frozen=True, slots=True)
class EnginePlace:
    """The folder of one engine, and what lies in it."""

    folder: Path
    runtime: Path

    @property
    def name(self) -> str:
        """The topology's name."""
        return self.folder.name

    @property
    def key(self) -> str:
        """The name under which the runtime folder knows this place."""
        return hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:24]

    @property
    def record_path(self) -> Path:
        """Where the engine says who it is."""
        return self.folder / "engine.json"

    @property
    def lock_path(self) -> Path:
        """What the engine holds locked for life."""
        return self.folder / "engine.lock"

    @property
    def log_path(self) -> Path:
        """Where a detached engine writes its lines."""
        return self.folder / "engine.log"

    @property
    def last_exit_path(self) -> Path:
        """How the last engine ended; not there after a kill -9."""
        return self.folder / "last-exit.json"

    @property
    def listing_path(self) -> Path:
        """The same record where clients find it from any folder."""
        return self.runtime / f"{self.key}.json"

    @property
    def socket(self) -> Path:
        """The socket: computed, never read from a file that somebody may have planted."""
        beside = self.folder / "engine.sock"
        if len(os.fsencode(beside)) <= MAX_SOCKET_BYTES:
            return beside
        return self.runtime / f"{self.key}.sock"

    def check(self) -> bool:
        """Return whether the place is there; refuse it when others may touch it.

        Nor may they touch the state dir around it: they could put another in its place.
        """
        private_files.check_folder(self.folder.parent)
        if not private_files.check_folder(self.folder):
            return False
        for path in (self.record_path, self.lock_path, self.log_path, self.last_exit_path):
            private_files.check_file(path)
        if self.socket.parent == self.runtime:
            private_files.check_folder(self.runtime)
        private_files.check_file(self.socket, socket=True)
        return True

    def record(self) -> EngineRecord | None:
        """Return what the engine last said of itself."""
        found = private_files.read_record(self.record_path)
        return EngineRecord.from_dict(found) if found is not None else None

    def last_exit(self) -> dict[str, object] | None:
        """Return how the last engine ended, or None when it could not say."""
        return private_files.read_record(self.last_exit_path)

    def is_locked(self) -> bool:
        """Return whether an engine holds the lock."""
        try:
            descriptor = os.open(self.lock_path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False


@dataclass(frozen=True, slots=True)
class StateDir:
    """The folder that holds the places of a project's engines."""

    root: Path
    runtime: Path

    @classmethod
    def of(cls, project_root: Path, environ: Mapping[str, str]) -> StateDir:
        """Return `$JIDO_STATE_DIR`, else `.jido` in the project root."""
        named = environ.get("JIDO_STATE_DIR")
        root = Path(named) if named else project_root / ".jido"
        return cls(Path(os.path.abspath(root)), runtime_folder(environ))  # noqa: PTH100  # no links

    def check(self) -> bool:
        """Return whether the folder is there; refuse it when others may touch it."""
        return private_files.check_folder(self.root)

    def place(self, name: str) -> EnginePlace:
        """Return the place of one engine; nothing is made yet."""
        if not _NAME.fullmatch(name):
            raise ControlError(
                f"an engine cannot be named {name!r}: wanted are letters, digits and _ . -",
                code="bad-name",
            )
        return EnginePlace(self.root / name, self.runtime)

    def places(self) -> list[EnginePlace]:
        """Return the places that are there, by name; who looks into one checks it first."""
        if not self.check():
            return []
        names = sorted(entry.name for entry in self.root.iterdir() if _NAME.fullmatch(entry.name))
        places = [EnginePlace(self.root / name, self.runtime) for name in names]
        return [place for place in places if os.path.lexists(place.lock_path)]

    def claim(self, name: str) -> EngineClaim:
        """Make the place and take the lock for life, or raise `AlreadyRunningError`."""
        place = self.place(name)
        with private_files.writing(place.folder, variable=_STATE_DIR):
            private_files.make_folder(self.root)
            ignore = self.root / ".gitignore"
            if not private_files.check_file(ignore):
                private_files.write_text(ignore, "*\n")
            private_files.make_folder(place.folder)
        with private_files.writing(self.runtime, variable=_RUNTIME_DIR):
            private_files.make_folder(self.runtime)
        place.check()
        with private_files.writing(place.lock_path, variable=_STATE_DIR):
            return EngineClaim(place, _lock(place))


def _lock(place: EnginePlace) -> int:
    """Return the locked descriptor; a client that only looks holds it for an instant."""
    descriptor = private_files.open_private(place.lock_path, os.O_RDWR)
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_S)
        else:
            return descriptor
    os.close(descriptor)
    raise AlreadyRunningError(place, place.record(), now=time.time())


@contextmanager
def hold(place: EnginePlace) -> Iterator[None]:
    """Keep engines out of a place while it is worked on; `AlreadyRunningError` if one is there."""
    lock = _lock(place)
    try:
        yield
    finally:
        os.close(lock)


class EngineClaim:
    """The right to be the engine of one name, until it is released or the process ends."""

    def __init__(self, place: EnginePlace, lock: int) -> None:
        self.place = place
        self._lock: int | None = lock
        self._inode: int | None = None
        place.socket.unlink(missing_ok=True)  # a dead engine's: the lock says that none lives

    def announce(
        self, *, version: str, protocol: int, file: Path | str, fingerprint: str = ""
    ) -> EngineRecord:
        """Write who the engine is, here and into the listing of this user's engines."""
        place = self.place
        record = EngineRecord(
            name=place.name,
            pid=os.getpid(),
            version=version,
            protocol=protocol,
            file=str(file),
            started_at=time.time(),
            folder=str(place.folder),
            socket=str(place.socket),
            fingerprint=fingerprint,
        )
        with private_files.writing(place.record_path, variable=_STATE_DIR):
            place.last_exit_path.unlink(missing_ok=True)
            last_exit.reserve(place.last_exit_path)
            private_files.write_record(place.record_path, asdict(record))
        with private_files.writing(place.listing_path, variable=_RUNTIME_DIR):
            private_files.write_record(place.listing_path, asdict(record))
        return record

    def bind(self) -> socket.socket:
        """Return the control socket, bound with mode 0600; who serves it listens."""
        path = self.place.socket
        variable = _RUNTIME_DIR if path.parent == self.place.runtime else _STATE_DIR
        if len(os.fsencode(path)) > MAX_SOCKET_BYTES:
            raise ControlError(
                f"the path of the control socket is over {MAX_SOCKET_BYTES} bytes",
                code="socket-path",
                where=str(path),
                hints=("set XDG_RUNTIME_DIR to a short folder of yours, mode 0700",),
            )
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            with private_files.writing(path, variable=variable):
                listener.bind(str(path))
        except BaseException:
            listener.close()
            raise
        finally:
            os.umask(before)
        path.chmod(0o600)
        self._inode = path.lstat().st_ino
        return listener

    def open_log(self) -> int:
        """Return a descriptor that appends to the engine's log."""
        path = self.place.log_path
        with private_files.writing(path, variable=_STATE_DIR):
            return private_files.open_private(path, os.O_WRONLY | os.O_APPEND)

    def is_held(self) -> bool:
        """Return whether the lock is where others look for it; they may have removed the folder."""
        if self._lock is None:
            return False
        try:
            found = self.place.lock_path.lstat()
        except OSError:  # gone, or out of reach: nobody else can be kept away by it
            return False
        mine = os.fstat(self._lock)
        return (found.st_ino, found.st_dev) == (mine.st_ino, mine.st_dev)

    def write_last_exit(self, story: Mapping[str, object]) -> None:
        """Say how the engine ended; `at`, `kind` and `reason` are what clients show."""
        last_exit.write(self.place.last_exit_path, story, variable=_STATE_DIR)

    def release(self) -> None:
        """Take the socket away and give up the lock; what was written stays readable."""
        if self._lock is None:
            return
        path = self.place.socket
        with contextlib.suppress(FileNotFoundError):  # somebody cleaned up, as is wanted here
            if self._inode is not None and path.lstat().st_ino == self._inode:
                path.unlink()
        last_exit.release(self.place.last_exit_path)
        os.close(self._lock)
        self._lock = None

    def __enter__(self) -> EngineClaim:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
