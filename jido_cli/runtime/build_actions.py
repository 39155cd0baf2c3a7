"""From a frozen topology to what agents do: actions, routes and their conditions.

What actions name in Python is found here; whether it can be imported at all is arranged before.
What the loader has checked is not checked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from jido_cli.core.action import Action
from jido_cli.core.agent import Route, When, With
from jido_cli.core.declarative.action import (
    Compiled,
    DeclarationError,
    compile_action,
    compile_when,
    compile_with,
)
from jido_cli.core.schema import Schema
from jido_cli.errors import InternalError, StartError
from jido_cli.runtime.supervising.starts import Origin
from jido_cli.runtime.targets import find_action, find_directive
from jido_cli.topology.model import DEFAULT_ACTION_TIMEOUT_MS, ActionDecl, RouteDecl
from jido_cli.topology.positions import Pos


class Actions:
    """Makes the actions and routes of the agents of one topology.

    Args:
        declared: the actions that have names.
        values: what expressions see as `vars`.
        vars_schema: the type of that.
        origin: returns where in the files a place is.
        folder: where the topology lies.
    """

    def __init__(
        self,
        declared: Mapping[str, ActionDecl],
        values: Mapping[str, object] | None,
        vars_schema: Mapping[str, object] | None,
        origin: Callable[[Pos], Origin],
        folder: Path,
    ) -> None:
        self._declared = declared
        self._vars = values
        self._vars_schema = vars_schema
        self._origin = origin
        self._folder = folder

    def route(self, decl: RouteDecl, schema: Schema | None, actions: dict[str, Action]) -> Route:
        """Return a route; the actions that it names are added to *actions*."""
        given: With | None = None
        if decl.with_ is not None:
            given, problems = compile_with(
                decl.with_, state_schema=schema, vars=self._vars, vars_schema=self._vars_schema
            )
            _expect_none(problems)
        when = self.when(decl.when, schema)
        return Route(
            decl.pattern,
            tuple((self._action(one, schema, actions), given) for one in decl.actions),
            decl.priority,
            when,
            decl.continue_on_error,
            frozenset(decl.states),
        )

    def when(self, text: str | None, schema: Schema | None) -> When | None:
        """Return the condition that *text* is, over a state of *schema*."""
        if text is None:
            return None
        when, problems = compile_when(
            text, state_schema=schema, vars=self._vars, vars_schema=self._vars_schema
        )
        _expect_none(problems)
        return when

    def add_others(self, schema: Schema | None, actions: dict[str, Action]) -> None:
        """Add the actions that no route names and that fit this state: `run_instruction` may."""
        for name, decl in self._declared.items():
            if name not in actions:
                compiled = self._compile(decl, schema)
                if compiled.action is not None:
                    actions[name] = compiled.action

    def _action(
        self, what: str | ActionDecl, schema: Schema | None, actions: dict[str, Action]
    ) -> Action:
        decl = what if isinstance(what, ActionDecl) else self._declared[what]
        action = actions.get(decl.name)
        if action is None:
            action = actions[decl.name] = self._compiled(decl, schema)
        return action

    def _compiled(self, decl: ActionDecl, schema: Schema | None) -> Action:
        compiled = self._compile(decl, schema)
        if compiled.action is None:
            origin = self._origin(decl.pos)
            raise StartError(
                f"action {decl.name!r}: {compiled.problems[0].message}",
                code="bad-action",
                where=f"{origin.file}:{origin.line}:{origin.column}",
                why=compiled.problems[0].hint,
            )
        return compiled.action

    def _compile(self, decl: ActionDecl, schema: Schema | None) -> Compiled:
        origin = self._origin(decl.pos)
        for target in own_directives(decl):
            find_directive(target, origin, self._folder)
        work = None
        if decl.run is not None:
            work = find_action(decl.run, decl.name, origin, self._folder)
            if decl.effect == "thread" and work.kind == "pure":
                work = msgspec.structs.replace(work, kind="thread")
        return compile_action(
            decl.name,
            decl.declaration,
            state_schema=schema,
            work=work,
            timeout_s=_timeout_s(decl, work),
            source=f"{origin.file}:{origin.line}",
            vars=self._vars,
            vars_schema=self._vars_schema,
        )


def own_directives(decl: ActionDecl) -> list[str]:
    """Return the functions that the directives `run` of an action name."""
    failure = decl.declaration.get("on_error")
    blocks = [decl.declaration, *([failure] if isinstance(failure, Mapping) else [])]
    found = []
    for block in blocks:
        items = block.get("directives")
        for item in items if isinstance(items, list | tuple) else ():
            target = item.get("run") if isinstance(item, Mapping) else None
            if isinstance(target, str):
                found.append(target)
    return found


def _timeout_s(decl: ActionDecl, work: Action | None) -> float:
    """Return how long an action may take: as the file says, else as its function does."""
    if decl.timeout_ms is not None:
        return decl.timeout_ms / 1000
    return DEFAULT_ACTION_TIMEOUT_MS / 1000 if work is None else work.timeout_s


def _expect_none(problems: tuple[DeclarationError, ...]) -> None:
    if problems:
        raise InternalError(f"{problems[0].message}: the loader should have said so")
