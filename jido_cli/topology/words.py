"""How values and near words are named in messages.

Wording only. Comparing words costs time, so a file full of mistakes gets hints for the first
ones only: a bad file is an error, never a hang.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from jido_cli.core.suggestions import did_you_mean

_MAX_SHOWN: Final = 60
_COMPARISONS: Final = 20_000

TYPE_NAMES: Final = {
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}

# What other tools and OTP itself call our keys.
_FOREIGN_KEYS: Final = {
    "intensity": "max_restarts",
    "period": "max_seconds",
    "apiVersion": "jido",
    "version": "jido",
    "services": "agents",
    "containers": "children",
    "initContainers": "children",
    "workers": "children",
    "restartPolicy": "restart",
    "restart_policy": "restart",
    "backoffLimit": "max_restarts",
    "max_attempts": "max_restarts",
    "stop_grace_period": "shutdown",
    "terminationGracePeriodSeconds": "shutdown",
    "autorestart": "restart",
    "startretries": "max_restarts",
    "stopwaitsecs": "shutdown",
    "stopTimeout": "shutdown",
    "startupProbe": "start_timeout",
    "readinessProbe": "readiness",
    "child_specs": "children",
    "processes": "children",
    "instances": "replicas",
    "scale": "replicas",
    "numprocs": "replicas",
    "annotations": "labels",
    "handlers": "routes",
    "subscriptions": "subscribe",
    "cron_jobs": "schedules",
    "simple_one_for_one": "dynamic",
}
_ELSEWHERE: Final = {
    "the supervisor": ("max_restarts", "max_seconds", "auto_shutdown"),
    "the child that runs it": ("restart", "shutdown", "backoff", "significant"),
}
_NO_CONTAINERS: Final = "children run agents of this file, not images"
_NO_PROGRAMS: Final = "an action runs Python: run: module:function"
_FOREIGN_HINTS: Final = {
    **dict.fromkeys(("image", "build", "container_name", "imagePullPolicy"), _NO_CONTAINERS),
    **dict.fromkeys(("command", "entrypoint", "args"), _NO_PROGRAMS),
    **dict.fromkeys(
        ("environment", "env", "env_file", "envFrom", "secrets", "configs"),
        "values from outside are vars: name them under vars: with env or file",
    ),
    **dict.fromkeys(
        ("ports", "networks", "expose"), "a topology listens on nothing but its own socket"
    ),
    **dict.fromkeys(
        ("healthcheck", "livenessProbe", "readiness_probe", "liveness_probe"),
        "an agent that hangs or crashes is seen without a probe",
    ),
    **dict.fromkeys(
        ("start", "startFunc", "start_link", "mfa", "modules"),
        "a child names its agent: write 'agent'",
    ),
    "depends_on": "children start in the order of the list; there is no depends_on",
    "type": "a child with 'agent' is a worker, one with 'children' a supervisor",
    "namespace": "a topology has no namespace: write 'labels'",
    "selector": "a topology has no selector: a child names its agent",
    "kind": "a topology has no kind: its name stands under 'name'",
    "metadata": "a topology has no metadata: write 'name' and 'labels' at the top level",
    "spec": "a topology has no spec: its keys stand at the top level",
    "<<": "use defaults",
}
_FOREIGN_VALUES: Final = {
    "always": "permanent",
    "unless-stopped": "permanent",
    "on-failure": "transient",
    "onfailure": "transient",
    "no": "temporary",
    "never": "temporary",
    "simple_one_for_one": "dynamic",
    "warn": "warning",
    "kill": "brutal_kill",
    "killed": "brutal_kill",
    "done": "normal",
    "completed": "normal",
    "finished": "normal",
}


def shown(value: object) -> str:
    """Return a value as a message quotes it, in YAML's words and cut to a line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def listed(words: Iterable[str]) -> str:
    """Return words quoted, in a row."""
    return ", ".join(repr(word) for word in words)


class Suggester:
    """Says "did you mean", as long as its budget of comparisons lasts."""

    def __init__(self) -> None:
        self._left = _COMPARISONS

    def near(self, word: str, known: Collection[str]) -> str | None:
        """Return `did you mean 'x'?` for the known word nearest to *word*."""
        self._left -= len(known)
        return did_you_mean(word, known) if self._left > 0 else None

    def near_key(self, word: str, known: Collection[str]) -> str | None:
        """Do the same for a key, which may also be another tool's word for one of ours."""
        ours = _FOREIGN_KEYS.get(word)
        if ours in known:
            return f"did you mean {ours!r}?"
        for elsewhere, keys in _ELSEWHERE.items():
            if (ours or word) in keys and (ours or word) not in known:
                return f"write {ours or word!r} in {elsewhere}"
        return _FOREIGN_HINTS.get(word) or self.near(word, known)

    def is_foreign(self, word: str) -> bool:
        """Tell whether a key is a word of another tool."""
        return word in _FOREIGN_KEYS

    def near_value(self, word: str, known: Collection[str]) -> str | None:
        """Do the same for a value of a fixed list."""
        ours = _FOREIGN_VALUES.get(word.lower())
        if ours in known:
            return f"did you mean {ours!r}?"
        return self.near(word, known)
