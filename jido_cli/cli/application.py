"""The frame around every command: found by name, imported when used, failures told in one way.

Here lives what jido changes about typer. No command and no text of one.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from jido_cli.cli import failures
from jido_cli.cli.render.errors import Report, error_lines, error_object
from jido_cli.cli.session import Session, real_session
from jido_cli.cli.terminal import Terminal, drop_output, still_judging
from jido_cli.control.private_files import SYSTEM_WHYS
from jido_cli.control.words import near
from jido_cli.errors import JidoCliError

PROGRAM = "jido"
HELP = {"help_option_names": ["--help", "-h"]}


class Entry(NamedTuple):
    """One command: the group it is listed in, the module that holds it, one line about it."""

    group: str
    module: str
    summary: str


class JidoCommand(TyperCommand):
    """A command whose examples are printed as they are, and whose texts are taken as they are."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, none of them with a conversion."""
        return _as_typed(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of the usage line, what must be given without brackets around it."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece.replace("{", "").replace("}", "") for piece in pieces]

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a reader that left (`| head`) is no failure.

        A command that has a verdict prints it with `still_judging`: who left changes none.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            drop_output()
            return failures.OK

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's shape
        """Write the examples line by line."""
        if self.epilog:
            formatter.write(f"\nExamples:\n{self.epilog}\n")


class _AsTyped:
    """Stands in for a conversion: what was typed is what the command gets."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002 - typer's shape
        return () if value is None and (param.multiple or param.nargs == -1) else value


def _as_typed(params: list[Any]) -> list[Any]:
    """Keep typer from converting texts to texts: it would import pydantic (0.1 s) to do it."""
    for param in params:
        param.get_runtime_param = _AsTyped
        if param.param_type_name == "argument":  # all of them are texts: `<str>` would say nothing
            param.display_type_rich = _no_type
    return params


def _no_type(*, ctx: Any) -> str:  # noqa: ARG001 - typer's shape
    return ""


class JidoGroup(TyperGroup):
    """The commands by name; each one is imported when it is asked for."""

    entries: Mapping[str, Entry] = {}

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, none of them with a conversion."""
        return _as_typed(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's shape
        """Return the names in the order of the help."""
        return list(self.entries)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - typer's shape
        """Import a command and return it; None for a name that is none."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = load_command(cmd_name, entry)
        return self.commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - typer's shape
        """Write the commands by groups, without importing one."""
        for group in dict.fromkeys(entry.group for entry in self.entries.values()):
            with formatter.section(group):
                formatter.write_dl(
                    [(name, e.summary) for name, e in self.entries.items() if e.group == group]
                )

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,  # noqa: ARG002 - typer's shape
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line and exit; every failure is told in the one pattern."""
        words = list(sys.argv[1:] if args is None else args)
        is_debug, words = _without_debug(words)

        def run() -> Any:
            failures.refuse_platform(sys.platform, words)
            return super(JidoGroup, self).main(
                args=words,
                prog_name=PROGRAM,  # also when it runs as a module or in a test
                complete_var=complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )

        session = extra.get("obj")
        code = _run(run, words, session if isinstance(session, Session) else None, is_debug)
        if standalone_mode:
            sys.exit(code)
        return code


def load_command(name: str, entry: Entry) -> Any:
    """Import a command's module and make typer's command of it."""
    module = importlib.import_module(entry.module)
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    examples = "\n".join(f"  {line}" for line in module.EXAMPLES)
    app.command(name, cls=JidoCommand, epilog=examples, context_settings=HELP)(module.command)
    return get_command(app)


def session_of(ctx: typer.Context) -> Session:
    """Return the session of a running command."""
    if not isinstance(ctx.obj, Session):
        ctx.obj = real_session()
    return ctx.obj


def _without_debug(words: list[str]) -> tuple[bool, list[str]]:
    """Take `--debug` out wherever it stands before `--`: it belongs to every command."""
    end = words.index("--") if "--" in words else len(words)
    kept = [word for at, word in enumerate(words) if at >= end or word != "--debug"]
    return len(kept) < len(words), kept


def _run(
    run: Callable[[], Any], words: Sequence[str], session: Session | None, is_debug: bool
) -> int:
    """Run the command line; return its exit code with every failure told."""
    code = failures.OK
    try:
        returned = run()
        code = returned if isinstance(returned, int) else failures.OK
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        drop_output()
        return code
    except failures.FindingsError as error:
        return _tell_findings(error, words, session)
    except JidoCliError as error:
        return _tell(failures.report(error), words, session)
    except typer.TyperException as error:
        return _tell(_usage_report(error), words, session)
    except (KeyboardInterrupt, typer.Abort):
        return failures.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the outer edge: a fault of ours, told as such
        refused = failures.system_report(error)
        if refused is not None:
            return _tell(refused, words, session)
        if is_debug:
            traceback.print_exception(error)
        return _tell(failures.fault_report(error, " ".join(words[:1])), words, session)


def _tell(report: Report, words: Sequence[str], session: Session | None) -> int:
    session = session or real_session()
    terminal: Terminal = session.terminal
    try:
        with still_judging():
            if "--json" in words:
                terminal.err_json(error_object(report))
            else:
                terminal.err(*error_lines(report, terminal.error_paint, times=session.times))
    except OSError as error:  # nobody can be told: the exit code still says it
        if error.errno not in SYSTEM_WHYS:
            raise
        drop_output()
    return report.exit


def _tell_findings(
    error: failures.FindingsError, words: Sequence[str], session: Session | None
) -> int:
    """Tell what is wrong with a file: findings have a pattern of their own."""
    report = failures.report(error)
    terminal = (session or real_session()).terminal
    with still_judging():
        if "--json" in words:
            told = error_object(report)
            told["error"]["findings"] = list(error.findings)
            terminal.err_json(told)
        else:
            terminal.err(*error.lines)
    return report.exit


def _usage_report(error: typer.TyperException) -> Report:
    """Return a mistake in the command line in our pattern and case."""
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx is not None else PROGRAM
    message, hints = _reworded(error, command)
    return Report(
        message=message,
        code="usage",
        exit=failures.USAGE,
        where=ctx.command.get_usage(ctx).removeprefix("Usage: ") if ctx is not None else None,
        hints=hints,
    )


def _reworded(error: Any, command: str) -> tuple[str, tuple[str, ...]]:
    help_hint = (f"{command} --help",)
    if hasattr(error, "possibilities"):  # of all usage errors only "no such option" has them
        possible = error.possibilities
        meant = f"; did you mean {possible[0]!r}?" if possible else ""
        return f"no option {error.option_name!r}{meant}", help_hint
    text = error.format_message().rstrip(".")
    if text.startswith("No such command "):
        name = text.removeprefix("No such command ").partition("' ")[0].strip("'. ")
        return f"no command {name!r}{near(name, JidoGroup.entries)}", help_hint
    return text[:1].lower() + text[1:], help_hint
