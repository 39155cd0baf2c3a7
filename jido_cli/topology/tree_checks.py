"""Do supervisors and their children fit together? What OTP refuses, with the place in the file.

Strategy and children, significant children, figures of a backoff. Whether a tree is wise is the
linter's business, not this one's.
"""

from __future__ import annotations

from typing import Final

from jido_cli.topology import durations, raw
from jido_cli.topology.defaults import Defaults
from jido_cli.topology.positions import MapMark, Path, Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import BACKOFF, DYNAMIC, MISSING_KEY, SIGNIFICANT, Findings

# Another key, reserved or mistyped, may be what was to give the supervisor its children: it is
# reported already.
_KNOWN_KEYS: Final = frozenset(
    (
        "id",
        "description",
        "strategy",
        "max_restarts",
        "max_seconds",
        "auto_shutdown",
        "children",
        "template",
        "max_children",
        "keyed_by",
        "on_full",
        "on_missing",
        "restart",
        "shutdown",
        "significant",
        "backoff",
        "start_timeout",
        "readiness",
    )
)


def check(document: Raw, positions: Positions, findings: Findings, defaults: Defaults) -> None:
    """Add a finding for everything in the tree that OTP, or the format, would refuse."""
    if not isinstance(document.get("supervisor"), dict):
        return
    path: Path = ("defaults", "child")
    _check_backoff(RawNode(path, defaults.child({})), positions, findings)
    for supervisor in raw.supervisors(document):
        _check_strategy(supervisor, positions, findings)
        for child in raw.specs(supervisor):
            whole = RawNode(child.path, defaults.child(child.value))
            _check_significant(supervisor, whole, positions, findings)
            _check_delivery(child, positions, findings)
            if "backoff" in child.value:
                _check_backoff(whole, positions, findings)


def _check_strategy(supervisor: RawNode, positions: Positions, findings: Findings) -> None:
    value, path = supervisor.value, supervisor.path
    label = "the root" if len(path) == 1 else f"supervisor {raw.child_id(value)!r}"
    strategy = value.get("strategy", "one_for_one")
    if raw.text(strategy) is None:
        return  # told already, or not known
    if strategy == "dynamic":
        wanted, misplaced = "template", "children"
        fact = f"{label} is dynamic: it takes a template, no children"
        hint = "move the children to another supervisor"
    else:
        wanted, misplaced = "children", "template"
        fact = f"{label} is {strategy}: it takes children, no template"
        hint = "write strategy: dynamic, or list the children"
    if misplaced in value:
        findings.add(DYNAMIC, positions.key((*path, misplaced)), fact, hint=hint)
    elif wanted not in value and _KNOWN_KEYS.issuperset(value):
        place = positions.key((*path, "strategy")) if "strategy" in value else positions.key(path)
        findings.add(MISSING_KEY, place, f"{label} has no {wanted!r}")
    elif wanted == "children" and "max_children" in value:
        fact = f"{label} is {strategy}: it takes no 'max_children'"
        hint = "only a dynamic supervisor has a bound on its children"
        findings.add(DYNAMIC, positions.key((*path, "max_children")), fact, hint=hint)


def _check_significant(
    supervisor: RawNode, child: RawNode, positions: Positions, findings: Findings
) -> None:
    if child.value.get("significant") is not True:
        return
    place = positions.value((*child.path, "significant"))
    label = raw.child_id(child.value) or "the template"
    if child.value.get("restart", "permanent") == "permanent":
        fact = f"{label!r} is significant and permanent: it never ends, so it cannot count"
        hint = "write restart: transient or temporary, or leave significant out"
        findings.add(SIGNIFICANT, place, fact, hint=hint)
    elif supervisor.value.get("auto_shutdown", "never") == "never":
        fact = f"{label!r} is significant, but its supervisor's auto_shutdown is 'never'"
        hint = "write auto_shutdown: any_significant or all_significant in the supervisor"
        findings.add(SIGNIFICANT, place, fact, hint=hint)


def _check_delivery(child: RawNode, positions: Positions, findings: Findings) -> None:
    mark = positions.mark(child.path)
    keys = mark.keys if isinstance(mark, MapMark) else {}
    if "delivery" in keys and "replicas" not in keys and child.path[-1] != "template":
        label = raw.child_id(child.value) or "this child"
        fact = f"'delivery' of {label!r} means nothing without 'replicas'"
        findings.add(MISSING_KEY, positions.key((*child.path, "delivery")), fact)


def _check_backoff(child: RawNode, positions: Positions, findings: Findings) -> None:
    backoff = raw.mapping(child.value.get("backoff"))
    initial = _milliseconds(backoff.get("initial", "100ms"))
    longest = _milliseconds(backoff.get("max", "30s"))
    if initial is None or longest is None or initial <= longest:
        return
    path: Path = (*child.path, "backoff")
    mark = positions.mark(path)
    own = mark.keys if isinstance(mark, MapMark) else {}
    path = (*path, "initial" if "initial" in own else "max")
    shown = (backoff.get("initial", "100ms"), backoff.get("max", "30s"))
    fact = f"the first wait of the backoff, {shown[0]}, is longer than its longest, {shown[1]}"
    findings.add(BACKOFF, positions.value(path), fact)


def _milliseconds(value: object) -> int | None:
    return durations.milliseconds(value) if isinstance(value, str) else None
