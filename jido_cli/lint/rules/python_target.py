"""The Python that `run:` names is there, and is what is wanted: an action, a directive, a class.

Why: a misspelt module or function is found when the engine starts, on the machine where that
happens. The source says it before. Nothing of yours is imported or run to find out: the file is
read as text, from the folder of the topology, then from the project root and its `src`. A module
that lies in neither must be installed where `jido up` would look: in this Python, the active
virtual environment or the project's `.venv`; else `jido up` fails as well. Only functions marked
`@action`, in a directive `@directive`, can be named, and for `strategy` and `plugins` only classes
made of `Strategy` and `Plugin`, so that a file cannot call whatever is importable.

FAIL:

    jido: v1
    name: misspelt
    agents:
      desk: {routes: {ticket.opened: {run: "shop.desk:opne"}}}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    from jido_cli import action

    @action
    def open(id: str) -> dict:
        return {"last": id}

PASS:

    jido: v1
    name: spelt
    agents:
      desk: {routes: {ticket.opened: {run: "shop.desk:open"}}}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    from jido_cli import action

    @action
    def open(id: str) -> dict:
        return {"last": id}

Fix: name the module as it is imported from the topology's folder or the project root, a colon, and
the function; mark the function with `@action` from `jido_cli`. Where a package is only installed
on the machine that runs it, or in the Python given with `--python`, install it here too or say so:
`# jido: ignore[JD601] reason`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.picture import Picture
from jido_cli.lint.python_function import PythonFunction
from jido_cli.lint.python_source import Missing
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Pos

RULE: Final = Rule("JD601", "python-target", "error")

_BASES: Final = {
    "Strategy": ("jido_cli.Strategy", "jido_cli.core.strategy.Strategy"),
    "Plugin": ("jido_cli.Plugin", "jido_cli.core.plugins.contract.Plugin"),
}


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every target that is not there or is no action."""
    for action, run in picture.python_actions:
        yield from _function(picture, picture.value((*action.path, "run")), run, "action")
    for path, _, run in picture.python_directives:
        yield from _function(picture, picture.value((*path, "run")), run, "directive")
    for path, _, run in picture.python_sensors:
        yield from _function(picture, picture.value((*path, "run")), run, "sensor")
    for path, run in picture.scripted_directives:
        yield from _function(picture, picture.key(path), run, "directive")
    for one in picture.python_classes:
        known = picture.python.constants(one.run)
        if isinstance(known, Missing):
            module, _, name = one.run.partition(":")
            hint = did_you_mean(module if known.what == "module" else name, known.known)
            place = picture.value((*one.path, "run"))
            yield RULE.found(picture, place, known.fact, hint=hint)
        elif picture.python.is_subclass(one.run, _BASES[one.base]) is False:
            place = picture.value((*one.path, "run"))
            hint = f"make it a subclass of {one.base} from jido_cli"
            yield RULE.found(picture, place, f"{one.run!r} is no {one.base}", hint=hint)


def _function(
    picture: Picture, place: Pos, run: str, word: Literal["action", "directive", "sensor"]
) -> Iterator[Diagnostic]:
    found = picture.python.function(run)
    if isinstance(found, Missing):
        module, _, name = run.partition(":")
        meant = module if found.what == "module" else name
        hint = found.hint or did_you_mean(meant, found.known)
        yield RULE.found(picture, place, found.fact, hint=hint)
    elif isinstance(found, PythonFunction):
        marks = {"action": found.is_action, "directive": found.is_directive}
        is_marked = marks.get(word, found.is_sensor)
        if is_marked is False:
            article = "an" if word == "action" else "a"
            hint = f"put @{word} from jido_cli above {found.name} at {found.place}"
            yield RULE.found(picture, place, f"{run!r} is not {article} {word}", hint=hint)
