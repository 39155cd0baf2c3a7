"""What a command may know of the world: time, randomness, ids, who runs it and why.

A `Context` is made once per command from a reading of the wall clock and a seed. Whoever records
these two can run the command again and gets the same times, ids and numbers (runtime.md 5). No
clock and no random source is asked here.
"""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from jido_cli.core.idents import format_uuid
from jido_cli.core.signals import Signal
from jido_cli.core.timestamps import format_time
from jido_cli.core.values import FrozenDict, of_items
from jido_cli.errors import UsageError

_UUID4_VARIANT = 0b10 << 62
_EMPTY = of_items({})


class AgentInfo(msgspec.Struct, frozen=True):
    """Who runs a command: one record per incarnation, shared by its contexts."""

    id: str = ""
    path: str = ""
    tag: str | None = None
    meta: FrozenDict = _EMPTY
    parent: str | None = None
    key: str | None = None


class Context(msgspec.Struct):
    """One command's view of the world.

    Attributes:
        now_ns: wall time, nanoseconds since 1970; the same all through the command.
        seed: number from which all random values of the command follow.
        agent: who runs it.
        signal: what it handles, None for a command that came without one.
        deadline: monotonic seconds at which the work must be over, None for no limit.
        attempt: 1 for the first try.
        command: names the command stably over retries and replays, for `effect_key`.
        step: index of the instruction that runs; the command counts it.
        facts: what plugins gave for the actions of this command to see.
    """

    now_ns: int = 0
    seed: int = 0
    agent: AgentInfo = AgentInfo()
    signal: Signal | None = None
    deadline: float | None = None
    attempt: int = 1
    command: str | tuple[str, int, int] = ""
    step: int = 0
    draws: int = 0
    facts: FrozenDict = _EMPTY

    @property
    def now(self) -> str:
        """The time of the command as RFC 3339 text, UTC."""
        return format_time(self.now_ns)

    @property
    def effect_key(self) -> str:
        """Text that is the same whenever this instruction of this command runs again."""
        command = self.command
        text = command if isinstance(command, str) else ":".join(map(str, command))
        return f"{text}/{self.step}"

    @property
    def command_uuid(self) -> str:
        """The one uuid of the command that expressions see as `ctx.uuid`."""
        return _uuid(self._bits("command"))

    @property
    def command_random(self) -> float:
        """The one number of the command that expressions see as `ctx.random`, in [0, 1)."""
        return _fraction(self._bits("command-random"))

    def progress(self, data: object = None) -> None:  # noqa: ARG002 - what effects are given
        """Tell people how far the work is; only effectful actions can, while they run.

        Raises:
            UsageError: the action is pure: it runs within one command, and nobody would see it.
        """
        raise UsageError(
            "ctx.progress is for effectful actions",
            hints=("write async def, or @action(effect='thread')",),
        )

    def uuid(self) -> str:
        """Return the next random UUID (version 4) of this command."""
        self.draws += 1
        return _uuid(self._bits(self.draws))

    def random(self) -> float:
        """Return the next random number of this command, in [0, 1)."""
        self.draws += 1
        return _fraction(self._bits(self.draws))

    def _bits(self, label: str | int) -> int:
        # A cryptographic hash: ids that leave the engine must not reveal the seed.
        digest = blake2b(f"{self.seed}.{label}".encode(), digest_size=16).digest()
        return int.from_bytes(digest, "big")


def _uuid(bits: int) -> str:
    high = (bits >> 64) & ~0xF000 | 0x4000
    low = bits & ((1 << 62) - 1) | _UUID4_VARIANT
    return format_uuid(high << 64 | low)


def _fraction(bits: int) -> float:
    return (bits >> 75) / (1 << 53)
