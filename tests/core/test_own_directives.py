"""The mark `@directive`, and what it refuses."""

from __future__ import annotations

import pytest

from jido_cli import Directive, Run, directive, directive_type
from jido_cli.core.directive_types import DirectiveError
from jido_cli.core.own_directives import directive_function, is_directive, performer_of
from jido_cli.errors import UsageError


@directive(timeout_s=2)
async def page(who: str, level: int = 1) -> None:
    """Page somebody."""


@directive_type("tests.core.sms")
class Sms(Directive, frozen=True, tag="tests.core.sms"):
    """A short message."""

    who: str


def test_a_marked_function_stays_callable_and_is_compiled_once():
    assert is_directive(page)
    compiled = directive_function(page)
    assert (compiled.name, compiled.kind, compiled.timeout_s) == ("page", "async", 2)
    assert directive_function(page) is compiled
    with pytest.raises(UsageError, match="is not a directive"):
        directive_function(print)


def test_a_run_names_its_function():
    assert Run(page, {"who": "ann"}) == Run(f"{__name__}:page", {"who": "ann"})


def local():
    @directive
    def inner() -> None:
        """Stand in a function."""

    return inner


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("os.system", "run: 'os.system' does not name a function as module:function"),
        ("os:sys tem", "run: 'os:sys tem' does not name a function as module:function"),
        (print, "run: <built-in function print> is not marked @directive"),
        (local(), "run: local.<locals>.inner does not stand at the top of its module"),
    ],
)
def test_a_run_of_what_cannot_be_named_is_refused_where_it_is_made(target: object, why: str):
    with pytest.raises(DirectiveError) as caught:
        Run(target)  # type: ignore[arg-type]
    assert caught.value.message == why


def test_the_fields_of_a_type_are_the_params_of_its_function():
    @directive(of=Sms)
    def send(who: str) -> None:
        """Send it."""

    assert performer_of(Sms) is directive_function(send)
    with pytest.raises(UsageError, match=r"directive 'tests\.core\.sms': Sms has no 'to'"):

        @directive(of=Sms)
        def wrong(to: str) -> None:
            """Take another name."""


def test_what_is_no_type_of_directive_is_refused():
    with pytest.raises(UsageError, match="that is no type of directive"):

        @directive(of=int)  # type: ignore[arg-type]
        def wrong() -> None:
            """Be for nothing."""


def test_arguments_that_make_no_sense_are_refused():
    with pytest.raises(UsageError, match=r"directive .*: timeout_s 0 is not above 0"):
        directive(timeout_s=0)(local)
    with pytest.raises(UsageError, match="@directive stands above functions"):
        directive(Sms)
