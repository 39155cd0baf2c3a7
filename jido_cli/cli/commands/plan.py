"""`jido plan`: what `jido up` would start, in which order, and what falls with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jido_cli.cli import failures, options, variables
from jido_cli.cli.application import session_of
from jido_cli.cli.checked import checked, existing
from jido_cli.cli.session import Session

if TYPE_CHECKING:  # the loader costs start-up time that other commands do not need
    from jido_cli.lint.outline import Node

EXAMPLES = ("jido plan topologies/counter.yaml", "jido plan topologies/counter.yaml --json")


def command(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The topology.")],
    assignments: variables.Set = None,
    set_files: variables.SetFile = None,
    values: variables.Values = None,
    as_json: options.Json = False,
) -> int:
    """Show the tree that a topology starts, and what restarts with what."""
    from jido_cli.cli.render.plan import plan_lines
    from jido_cli.lint.judge import picture_of_result
    from jido_cli.lint.outline import longest_stop_ms, outline
    from jido_cli.lint.wiring import type_count

    session = session_of(ctx)
    given = variables.given(assignments, set_files, values)
    found = checked(existing(file), given.sources(session.environ))
    root = outline(found.topology)
    is_running = _is_running(session, found.topology.name)
    types = type_count(picture_of_result(found.result))
    stop_ms = longest_stop_ms(root.decl)
    if as_json:
        nodes = [_plain(node) for node in (root, *root.below())]
        session.terminal.out_json(
            {
                "name": found.topology.name,
                "is_running": is_running,
                "nodes": nodes,
                "signal_types": types,
                "stop_ms": stop_ms,
            }
        )
    else:
        lines = plan_lines(
            found.topology.name, root, is_running=is_running, types=types, stop_ms=stop_ms
        )
        session.terminal.out(*lines)
    return failures.OK


def _is_running(session: Session, name: str) -> bool:
    return any(engine.name == name and engine.is_alive for engine in session.engines.found())


def _plain(node: Node) -> dict[str, Any]:
    from jido_cli.topology.model import SupervisorDecl

    decl = node.decl
    plain: dict[str, Any] = {
        "number": node.number,
        "path": node.path,
        "restart": decl.restart,
        "shutdown": decl.shutdown,
        "significant": decl.significant,
        "falls_with": [other.path for other in node.falls_with],
    }
    if isinstance(decl, SupervisorDecl):
        template = decl.template
        return plain | {
            "kind": "supervisor",
            "strategy": decl.strategy,
            "max_restarts": decl.max_restarts,
            "max_seconds": decl.max_seconds,
            "template": None if template is None else template.agent,
            "max_children": decl.max_children,
        }
    sensors = [
        {"name": one.name, "sensor": one.use or one.run, "restart": one.restart}
        for one in node.sensors
    ]
    return plain | {"kind": "agent", "agent": decl.agent, "sensors": sensors}
