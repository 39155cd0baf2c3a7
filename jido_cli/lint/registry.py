"""The rules there are, in the order of their codes.

Written out, not searched for: what is not named here does not run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.lint.rules import (
    adoption,
    bad_ignore,
    blocking_call,
    emit_cycle,
    lone_auto_shutdown,
    lost_transition,
    never_sent,
    no_restart_left,
    overlapping_routes,
    plugin_requirement,
    plugin_slice,
    python_signature,
    python_target,
    restart_storm,
    scenario_data,
    scenario_node,
    scenario_signal,
    signal_data,
    spawned_child,
    state_value,
    stop_of_permanent,
    trap_state,
    unfit_data,
    unheard_signal,
    unknown_target,
    unreachable_state,
    unseen_python,
    unused_action,
    unused_agent,
    unused_ignore,
    unused_signal,
    unused_var,
)
from jido_cli.topology.diagnostics import Diagnostic


class RuleModule(Protocol):
    """What the module of a rule has."""

    @property
    def RULE(self) -> Rule:  # noqa: N802 - a constant of the module
        """Its code, name and severity."""
        ...

    def check(self, picture: Picture, /) -> Iterator[Diagnostic]:
        """Yield its findings."""
        ...


RULES: Final[tuple[RuleModule, ...]] = (
    unused_action,
    unused_agent,
    unused_var,
    unused_signal,
    adoption,
    restart_storm,
    no_restart_left,
    stop_of_permanent,
    lone_auto_shutdown,
    unheard_signal,
    never_sent,
    unknown_target,
    emit_cycle,
    unfit_data,
    signal_data,
    overlapping_routes,
    spawned_child,
    state_value,
    unreachable_state,
    trap_state,
    lost_transition,
    python_target,
    unseen_python,
    python_signature,
    blocking_call,
    scenario_node,
    scenario_signal,
    scenario_data,
    plugin_requirement,
    plugin_slice,
)


class Documented(Protocol):
    """A rule with its page, however it is asked."""

    @property
    def RULE(self) -> Rule:  # noqa: N802 - a constant of the module
        """Its code, name and severity."""
        ...


# The two that speak about comments are asked by `judge`, which knows what the comments did.
MODULES: Final[tuple[Documented, ...]] = (*RULES, bad_ignore, unused_ignore)
