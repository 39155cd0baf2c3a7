"""`jido explain`: what a rule wants, why, and how a file that breaks it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jido_cli.cli import failures, options
from jido_cli.cli.application import session_of
from jido_cli.cli.failures import CommandError

if TYPE_CHECKING:
    from jido_cli.lint.pages import Page

EXAMPLES = ("jido explain JD301", "jido explain restart-storm", "jido explain")


def command(
    ctx: typer.Context,
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="A code or its name; all of them if left out."),
    ] = None,
    as_json: options.Json = False,
) -> int:
    """Explain a finding: the rule, why, a wrong and a right example."""
    from jido_cli.cli.render.explain import index_lines, page_lines
    from jido_cli.lint.pages import codes, page

    terminal = session_of(ctx).terminal
    if code is None:
        pages = [page(each) for each in codes()]
        if as_json:
            terminal.out_json({"rules": [_plain(each) for each in pages]})
        else:
            terminal.out(*index_lines(pages, terminal.paint))
        return failures.OK
    found = _found(code)
    if as_json:
        terminal.out_json(_plain(found))
    else:
        terminal.out(*page_lines(found, terminal.paint))
    return failures.OK


def _found(code: str) -> Page:
    from jido_cli.core.suggestions import did_you_mean
    from jido_cli.lint.pages import codes, page

    try:
        return page(code)
    except KeyError:
        names = [page(each).name for each in codes()]
        near = did_you_mean(code.upper(), codes()) or did_you_mean(code.lower(), names)
        raise CommandError(
            f"no rule {code!r}" + (f"; {near}" if near else ""),
            code="no-rule",
            hints=("jido explain",),
            exit_code=failures.NOT_FOUND,
        ) from None


def _plain(page: Page) -> dict[str, Any]:
    return {
        "code": page.code,
        "name": page.name,
        "severity": page.severity,
        "summary": page.summary,
        "why": page.why,
        "fail": dict(page.bad),
        "pass": dict(page.good),
        "fix": page.fix,
    }
