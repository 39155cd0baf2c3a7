"""What children, agents and actions say where they say nothing themselves.

`defaults` of a file are for what that file declares: a part that is included keeps its meaning,
whoever includes it. Children stand in the tree, and the tree in one file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jido_cli.topology import raw
from jido_cli.topology.raw import Raw

_OF_CHILDREN: Final = ("restart", "shutdown", "backoff")


class Defaults:
    """The defaults of a topology's files, by the index of the file."""

    def __init__(self, by_file: Mapping[int, Raw]) -> None:
        self._by_file = by_file

    def child(self, child: Raw) -> dict[str, Any]:
        """Return a child with what the defaults add.

        A `backoff` is completed key by key. `shutdown` is for agents: a supervisor that does not
        say otherwise waits for its children, as in OTP.
        """
        defaults = self._of(0, "child")
        if not defaults:
            return dict(child)
        given = {key: defaults[key] for key in _OF_CHILDREN if key in defaults}
        if raw.is_supervisor(child) or raw.is_mount(child):
            given.pop("shutdown", None)
        whole = {**given, **child}
        if isinstance(child.get("backoff"), dict) and "backoff" in given:
            whole["backoff"] = {**raw.mapping(given["backoff"]), **raw.mapping(child["backoff"])}
        return whole

    def agent(self, file: int) -> Raw:
        """Return what agents of a file say by default."""
        return self._of(file, "agent")

    @property
    def gives_plugins(self) -> bool:
        """Whether agents of any file have plugins by default."""
        return any("plugins" in self._of(file, "agent") for file in self._by_file)

    def action_timeout(self, file: int) -> str | None:
        """Return the timeout of actions of a file."""
        timeout = self._of(file, "action").get("timeout")
        return timeout if isinstance(timeout, str) else None

    def _of(self, file: int, key: str) -> Raw:
        return raw.mapping(self._by_file.get(file, {}).get(key))
