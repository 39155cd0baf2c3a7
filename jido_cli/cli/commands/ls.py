"""`jido ls`: the engines of this user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from jido_cli.cli import options
from jido_cli.cli.application import session_of
from jido_cli.cli.render.engines import engine_lines
from jido_cli.cli.session import Session
from jido_cli.errors import ControlError
from jido_cli.observe.text.display import display
from jido_cli.observe.text.signs import disjoint_counts

if TYPE_CHECKING:
    from jido_cli.control.engines import FoundEngine

EXAMPLES = ("jido ls", "jido ls --json")


def command(ctx: typer.Context, as_json: options.Json = False) -> None:
    """List the engines of this user."""
    session = session_of(ctx)
    engines = session.engines.found()
    rows = [_row(session, found) for found in engines if found.status != "dead"]
    if as_json:
        session.terminal.out_json({"engines": rows})
    elif rows:
        session.terminal.out(*engine_lines(rows, session.terminal.paint))
    else:
        session.terminal.err("no engine is running")
    if not as_json:
        session.terminal.err(*_ended(engines, session.environ))


def _ended(engines: Sequence[FoundEngine], environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each engine of this project that is gone and could not say why itself."""
    from jido_cli.control.engines import end_without_word
    from jido_cli.control.state_dir import StateDir
    from jido_cli.topology.project import project_root

    here = StateDir.of(project_root(Path.cwd() / "topology.yaml"), environ)
    for engine in engines:
        why = end_without_word(engine) if engine.place.folder.parent == here.root else None
        if why is not None:
            yield f"note: the engine of {display(engine.name)} is gone: {display(why)}"


def _row(session: Session, found: FoundEngine) -> dict[str, Any]:
    """Return what is known of one engine; one that does not answer says why."""
    record = found.record
    row: dict[str, Any] = {
        "name": found.name,
        "status": found.status,
        "pid": found.peer.pid if found.peer else None,
        "file": record.file if record else None,
        "folder": str(found.place.folder),
        "counts": None,
        "restarts": None,
        "uptime_s": None,
        "problem": found.problem.message if found.problem else None,
    }
    if not found.is_alive:
        return row
    try:
        tree = session.engines.connect(found).tree()
    except ControlError as error:
        return row | {"problem": error.message}
    return row | {
        "counts": disjoint_counts(tree),
        "restarts": tree["restarts"],
        "uptime_s": tree["engine"]["uptime_s"],
    }
