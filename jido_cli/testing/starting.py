"""Other initial states for the children of a tree, before anything starts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace

from jido_cli.errors import UsageError
from jido_cli.runtime.build import Built
from jido_cli.runtime.supervising.starts import AgentStart, SupervisorStart
from jido_cli.supervision.specs import ChildSpec

States = Mapping[str, Mapping[str, object]]
_ROOT = "root"


def with_states(built: Built, states: States) -> Built:
    """Return *built* with members of the children's initial states replaced.

    Args:
        built: what would start.
        states: by the id of an agent child, or as much of its path as makes it the only one.

    Raises:
        UsageError: a name is no agent child, or several.
    """
    if not states:
        return built
    paths = dict(_agents(built.root, _ROOT))
    chosen = {_find(ident, paths): state for ident, state in states.items()}
    return replace(built, root=_changed(built.root, _ROOT, chosen))


def _agents(start: SupervisorStart, path: str) -> list[tuple[str, AgentStart]]:
    found: list[tuple[str, AgentStart]] = []
    if start.flags.strategy == "dynamic":
        return found  # a template: its children have names of their own, and states with them
    for spec in start.specs:
        below = f"{path}/{spec.id}"
        if isinstance(spec.start, AgentStart):
            found.append((below, spec.start))
        elif isinstance(spec.start, SupervisorStart):
            found += _agents(spec.start, below)
    return found


def _find(ident: str, paths: Mapping[str, AgentStart]) -> str:
    found = [path for path in paths if path == ident or path.endswith(f"/{ident}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{ident!r} is several children: {', '.join(found)}")
    near = difflib.get_close_matches(ident, [path.rpartition("/")[2] for path in paths], n=1)
    hints = (f"did you mean {near[0]!r}?",) if near else ()
    raise UsageError(f"there is no agent child {ident!r} to start from another state", hints=hints)


def _changed(start: SupervisorStart, path: str, states: Mapping[str, object]) -> SupervisorStart:
    return replace(start, specs=tuple(_spec(spec, path, states) for spec in start.specs))


def _spec(spec: ChildSpec, above: str, states: Mapping[str, object]) -> ChildSpec:
    path = f"{above}/{spec.id}"
    given = states.get(path)
    if isinstance(spec.start, SupervisorStart):
        return replace(spec, start=_changed(spec.start, path, states))
    if isinstance(spec.start, AgentStart) and isinstance(given, Mapping):
        return replace(spec, start=replace(spec.start, state={**spec.start.state, **given}))
    return spec
