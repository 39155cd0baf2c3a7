"""Flags and specifications: OTP's checks, in OTP's order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jido_cli.supervision.reasons import crash
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags
from jido_cli.supervision.validation import (
    FailedChild,
    Problem,
    check_flags,
    check_spec,
    check_specs,
)
from tests.supervision.driving import child

FLAGS = SupervisorFlags()
SPEC = ChildSpec("a", "start")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"strategy": "two_for_one"}, "invalid_strategy"),
        ({"strategy": ["one_for_one"]}, "invalid_strategy"),
        ({"max_restarts": -1}, "invalid_intensity"),
        ({"max_restarts": True}, "invalid_intensity"),
        ({"max_restarts": 1.0}, "invalid_intensity"),
        ({"max_seconds": 0}, "invalid_period"),
        ({"max_seconds": -5}, "invalid_period"),
        ({"max_seconds": True}, "invalid_period"),
        ({"max_seconds": "long"}, "invalid_period"),
        ({"max_seconds": float("inf")}, "invalid_period"),
        ({"max_seconds": float("nan")}, "invalid_period"),
        ({"auto_shutdown": "sometimes"}, "invalid_auto_shutdown"),
        ({"max_children": -1}, "invalid_max_children"),
        ({"max_children": "many"}, "invalid_max_children"),
    ],
)
def test_a_wrong_flag_is_named_with_its_value(change: dict[str, Any], word: Any) -> None:
    (value,) = change.values()
    assert check_flags(replace(FLAGS, **change)) == Problem(word, value)


def test_flags_are_checked_in_otps_order() -> None:
    wrong: dict[str, Any] = {
        "strategy": "x",
        "max_restarts": -2,
        "max_seconds": 0,
        "auto_shutdown": "y",
        "max_children": -1,
    }
    words = []
    for key in list(wrong):
        problem = check_flags(SupervisorFlags(**wrong))
        assert problem is not None
        words.append(problem.word)
        del wrong[key]
    assert words == [
        "invalid_strategy",
        "invalid_intensity",
        "invalid_period",
        "invalid_auto_shutdown",
        "invalid_max_children",
    ]


@pytest.mark.parametrize(
    "flags",
    [
        FLAGS,
        SupervisorFlags("dynamic", 0, 0.5, "all_significant", 0),
        SupervisorFlags("rest_for_one", 10**9, 3600, "any_significant"),
    ],
)
def test_good_flags_have_no_problem(flags: SupervisorFlags) -> None:
    assert check_flags(flags) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": None}, Problem("missing_id")),
        ({"start": None}, Problem("missing_start")),
        ({"restart": "sometimes"}, Problem("invalid_restart_type", "sometimes")),
        ({"restart": 7}, Problem("invalid_restart_type", 7)),
        ({"significant": "yes"}, Problem("invalid_significant", "yes")),
        ({"significant": 1}, Problem("invalid_significant", 1)),
        ({"type": "robot"}, Problem("invalid_child_type", "robot")),
        ({"shutdown": -1}, Problem("invalid_shutdown", -1)),
        ({"shutdown": True}, Problem("invalid_shutdown", True)),
        ({"shutdown": 1.5}, Problem("invalid_shutdown", 1.5)),
        ({"shutdown": "soon"}, Problem("invalid_shutdown", "soon")),
    ],
)
def test_a_wrong_specification_is_named_with_its_value(
    change: dict[str, Any], problem: Problem
) -> None:
    assert check_spec(replace(SPEC, **change), "never") == problem


def test_specifications_are_checked_in_otps_order() -> None:
    wrong: dict[str, Any] = {
        "id": None,
        "start": None,
        "restart": "x",
        "significant": "y",
        "type": "z",
        "shutdown": -1,
    }
    good: dict[str, Any] = {"id": "a", "start": 1}
    words = []
    for key in list(wrong):
        problem = check_spec(ChildSpec(**(good | wrong)), "never")
        assert problem is not None
        words.append(problem.word)
        del wrong[key]
    assert words == [
        "missing_id",
        "missing_start",
        "invalid_restart_type",
        "invalid_significant",
        "invalid_child_type",
        "invalid_shutdown",
    ]


@pytest.mark.parametrize("shutdown", [None, 0, 1, 5000, "infinity", "brutal_kill"])
def test_a_good_shutdown_has_no_problem(shutdown: Any) -> None:
    assert check_spec(replace(SPEC, shutdown=shutdown), "never") is None


def test_a_significant_child_needs_an_automatic_shutdown() -> None:
    want = Problem("bad_combination", (("auto_shutdown", "never"), ("significant", True)))
    got = [
        check_spec(child("a", restart, significant=True), "never")
        for restart in ("permanent", "transient", "temporary")
    ]
    assert got == [want] * 3


def test_a_significant_child_must_not_be_permanent() -> None:
    want = Problem("bad_combination", (("restart", "permanent"), ("significant", True)))
    spec = child("a", significant=True)
    assert [check_spec(spec, "any_significant"), check_spec(spec, "all_significant")] == [want] * 2


def test_a_significant_child_that_may_end_is_good() -> None:
    assert check_spec(child("a", "transient", significant=True), "any_significant") is None
    assert check_spec(child("a", "temporary", significant=True), "all_significant") is None


def test_specifications_are_checked_left_to_right_each_first_by_itself() -> None:
    good, wrong = child("a"), replace(child("b"), type="robot")  # type: ignore[arg-type]
    twice = Problem("start_spec", Problem("duplicate_child_name", "a"))
    invalid = Problem("start_spec", Problem("invalid_child_type", "robot"))
    assert check_specs(FLAGS, [good, good, wrong]) == twice
    assert check_specs(FLAGS, [good, wrong, good]) == invalid
    assert check_specs(FLAGS, [good, child("b")]) is None


def test_a_dynamic_supervisor_has_exactly_one_template() -> None:
    flags = SupervisorFlags("dynamic")
    want = Problem("bad_start_spec")
    assert [check_specs(flags, []), check_specs(flags, [SPEC, child("b")])] == [want, want]
    assert check_specs(flags, [SPEC]) is None


def test_problems_are_written_in_otps_words() -> None:
    problem = Problem("start_spec", Problem("invalid_shutdown", "soon"))
    assert str(problem) == "start_spec: invalid_shutdown: 'soon'"
    assert str(Problem("missing_id")) == "missing_id"
    assert repr(Problem("missing_id")) == "Problem(word='missing_id', value=ABSENT)"
    assert str(FailedChild("a", crash("x"))) == "failed_to_start_child: 'a', crash(x)"
