"""Mounted topologies in the tree: whose names hold at a place.

A mount is a supervisor whose start says so. What is asked for by name from below it is looked for
below it only; which bus is heard there is decided in `runtime.hearing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jido_cli.runtime.supervising.starts import AgentProgram, Mount, SupervisorStart

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.place import Place


def has_mounts(start: SupervisorStart) -> bool:
    """Tell whether any topology is mounted in the tree that *start* begins."""
    return start.mount is not None or any(
        isinstance(spec.start, SupervisorStart) and has_mounts(spec.start) for spec in start.specs
    )


def mount_of(place: Place) -> Mount | None:
    """Return what makes *place* the root of a mounted topology, None if it is none."""
    start = place.start
    return start.mount if type(start) is SupervisorStart else None


def mount_above(kernel: Kernel, place: Place) -> Place | None:
    """Return the root of the mounted topology that *place* belongs to; None for the outer one."""
    if not kernel.has_mounts:
        return None
    one: Place | None = place
    while one is not None and mount_of(one) is None:
        one = one.parent
    return one


def sees(kernel: Kernel, seen_from: Place, path: str, ident: str) -> bool:
    """Tell whether an agent at *seen_from* may call what is at *path* by its tail *ident*.

    It knows what is in its own topology and below; a tail that reaches above is no name there.
    """
    above = mount_above(kernel, seen_from)
    if above is None:
        return True
    top = above.path
    is_below = path == top or path.startswith(f"{top}/")
    return is_below and path.count("/") - ident.count("/") >= top.count("/")


def find(kernel: Kernel, seen_from: Place, ident: str) -> Place | None:
    """Return the place that an agent at *seen_from* means by *ident*, or None."""
    return kernel.tree.find(ident, mount_above(kernel, seen_from))


def nobody(kernel: Kernel, seen_from: Place, ident: str, kind: str = "agent") -> str:
    """Return why `find` gave nothing: there is none of that name, or there are several."""
    return kernel.tree.nobody(ident, mount_above(kernel, seen_from), kind)


def program(kernel: Kernel, seen_from: Place, name: str) -> AgentProgram | None:
    """Return the agent that is called *name* where *seen_from* stands, or None."""
    above = mount_above(kernel, seen_from)
    mount = None if above is None else mount_of(above)
    return (kernel.programs if mount is None else mount.programs).get(name)
