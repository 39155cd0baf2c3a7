"""Who is at the other end of a Unix socket, as the kernel says it.

Here lives the reading of peer credentials on Linux and macOS. No policy: who may do what is decided
by those who ask. A pid from here is the kernel's word, a pid from a file never is.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_SOL_LOCAL = 0
_LOCAL_PEERCRED = 1
_LOCAL_PEERPID = 2


class HasSocketOptions(Protocol):
    """What is needed of a socket: asyncio hands out a stand-in for the real one."""

    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes:
        """Return an option's raw bytes."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The process at the other end; a pid of 0 is one that this process cannot see."""

    pid: int
    uid: int


def credentials(connection: HasSocketOptions) -> Peer:
    """Return who made the other end of a connected Unix socket."""
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        pid, uid, _gid = struct.unpack("3i", raw)
        return Peer(pid, uid & 0xFFFFFFFF)
    raw = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, 4)
    record = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, 76)  # struct xucred
    return Peer(struct.unpack("i", raw)[0], struct.unpack_from("2I", record)[1])


def connect(path: Path, *, timeout_s: float) -> socket.socket:
    """Connect to a Unix socket; raises what the system says (`OSError`)."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
    except BaseException:
        connection.close()
        raise
    return connection
