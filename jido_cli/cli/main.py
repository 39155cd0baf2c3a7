"""The `jido` command: which commands there are, and nothing that costs start-up time."""

from __future__ import annotations

import gc

_COLLECTS = gc.isenabled()
gc.disable()  # what is imported stays: to look for garbage in it costs a tenth of a cold start

import contextlib
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer.main import get_command

from jido_cli.cli.application import HELP, Entry, JidoGroup
from jido_cli.cli.completion import scripts
from jido_cli.errors import UsageError

if _COLLECTS:
    gc.enable()

_COMMANDS = "jido_cli.cli.commands"


def _entries() -> dict[str, Entry]:
    table = (
        ("Run", "up", "Run a topology."),
        ("Run", "down", "Stop an engine, everything in reverse order."),
        ("Run", "ls", "List the engines of this user."),
        ("Look", "tui", "Watch and steer a running engine in a dashboard."),
        ("Look", "ps", "Show the tree with status and restarts."),
        ("Look", "state", "Show an agent's state, or a part of it."),
        ("Look", "inspect", "Show everything known of a node."),
        ("Look", "directives", "Show what agents asked for, and what became of it."),
        ("Look", "events", "Show what happened: starts, exits, restarts, errors."),
        ("Look", "dead-letters", "Show the signals that nobody handled."),
        ("Steer", "send", "Send a signal to an agent."),
        ("Steer", "call", "Send a signal, wait, and print the agent's new state."),
        ("Steer", "wait", "Wait until a condition holds for a node, and print its state."),
        ("Steer", "stop", "Stop a node on purpose; it is not restarted."),
        ("Steer", "start", "Start a stopped or failed node."),
        ("Steer", "restart", "Restart a node."),
        ("Steer", "kill", "Kill a node, to try its supervision."),
        ("Steer", "cancel", "Cancel an effectful command or instruction that runs."),
        ("Steer", "scale", "Have more or fewer members in a group of replicas."),
        ("Steer", "schedule", "Show schedules, tick one now, pause and resume."),
        ("Check", "lint", "Check topologies without running them."),
        ("Check", "test", "Run the scenarios of topologies on a virtual clock."),
        ("Check", "explain", "Explain a finding: the rule, why, a wrong and a right example."),
        ("Check", "schema", "Print the JSON Schema of topology files."),
        ("Check", "plan", "Show the tree that a topology starts, and what restarts with what."),
        ("Check", "graph", "Draw the tree and who sends what to whom."),
        (
            "Tools",
            "actions",
            "List what a topology can do, or what is built in.",
        ),
        ("Tools", "bench", "Measure this machine."),
        ("Tools", "doctor", "Check this machine, this project and its engines."),
        ("Tools", "version", "Show the version."),
    )
    return {
        name: Entry(group, f"{_COMMANDS}.{name.replace('-', '_')}", summary)
        for group, name, summary in table
    }


JidoGroup.entries = _entries()
app = typer.Typer(
    cls=JidoGroup,
    rich_markup_mode=None,
    context_settings=HELP,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    add_completion=False,  # ours evaluates nothing and knows the nodes that run
    epilog="Each command has a --help of its own, with examples.",
)


@app.callback()
def jido(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
    debug: Annotated[  # noqa: ARG001 - taken out of the words before they get here
        bool, typer.Option("--debug", help="With any command: the traceback of an internal error.")
    ] = False,
    show_completion: Annotated[
        str | None,
        typer.Option(
            "--show-completion",
            metavar="bash|zsh|fish",
            help="Print the script that completes commands, options and nodes in this shell.",
        ),
    ] = None,
) -> None:
    """OTP-grade supervision for Python agents, declared in YAML."""
    if version:
        from jido_cli.cli.commands.version import show_version

        show_version(ctx, as_json=False)
        raise typer.Exit
    if show_completion is not None:
        _print_completion(show_completion)
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
        raise typer.Exit


def _print_completion(shell: str) -> None:
    script = scripts.script(shell)
    if script is None:
        known = ", ".join(scripts.SCRIPTS)
        raise UsageError(f"--show-completion: {shell!r} is not one of {known}")
    typer.echo(script)


def main() -> None:
    """Run the command line of this process."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller: what is printed goes nowhere
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - till the end
            setattr(sys, name, nowhere)
    shell = os.environ.get(scripts.VARIABLE)
    if shell:
        from jido_cli.cli.completion.asked import tell
        from jido_cli.cli.session import LocalEngines

        tell(shell, sys.argv[1:], LocalEngines(os.environ), get_command(app).params)
        return
    is_check = _is_check(sys.argv[1:])
    if is_check:
        gc.disable()  # the process is short, and what it makes is needed to its end
    try:
        app()
    except SystemExit as ended:
        if is_check and isinstance(ended.code, int):
            _leave(ended.code)
        raise


def _is_check(words: list[str]) -> bool:
    """Whether a command only reads files: it leaves nothing behind, and runs nobody's code."""
    entry = JidoGroup.entries.get(words[0]) if words else None
    return entry is not None and entry.group == "Check" and words[0] != "test"


def _leave(code: int) -> NoReturn:
    """End the process: to take the interpreter apart would take as long as a small check."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
