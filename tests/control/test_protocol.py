"""Errors on the wire, and the words of control messages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from jido_cli.control import protocol, words
from jido_cli.errors import ControlError, InternalError, JidoCliError, StartError, UsageError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ControlError("x", code="no-node"), 404),
        (ControlError("x", code="never-heard-of"), 409),
        (StartError("x"), 409),
        (UsageError("x"), 400),
        (InternalError("x"), 500),
    ],
)
def test_each_code_has_its_status(error: JidoCliError, status: int):
    assert protocol.problem_of(error)["status"] == status


def test_every_status_is_one_that_http_knows():
    assert all(protocol.title_of(status) for status in protocol.STATUS_OF.values())


def test_an_error_survives_the_wire():
    sent = ControlError(
        "what", code="no-route", where="where", why="why", hints=("a", "b"), undone="nothing"
    )
    got = protocol.error_of({**protocol.problem_of(sent), "stalled": {"ms": 3}}, 409)
    assert (got.message, got.code, got.where, got.why, got.hints, got.undone, got.extra) == (
        "what",
        "no-route",
        "where",
        "why",
        ("a", "b"),
        "nothing",
        {"stalled": {"ms": 3}},
    )


def test_a_problem_of_a_stranger_is_an_error_all_the_same():
    got = protocol.error_of({"hints": "none", "detail": 3}, 502)
    assert (got.message, got.code, got.hints) == ("the engine answered 502", "control", ())


def test_json_that_is_right_is_read():
    assert protocol.decode_json(b'{"a": [1, 2.5, "\\ud83d\\ude00", null]}') == {
        "a": [1, 2.5, "\U0001f600", None]
    }


def test_a_number_with_too_many_digits_is_refused():
    with pytest.raises(ControlError):
        protocol.decode_json(b"1" * 5000)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1.0, "0ms"),
        (0.34, "340ms"),
        (1.23, "1.2s"),
        (9.96, "10s"),
        (41.4, "41s"),
        (180, "3m"),
        (8040, "2h 14m"),
        (7200, "2h"),
        (273_600, "3d 4h"),
    ],
)
def test_durations_have_two_parts_at_most(seconds: float, text: str):
    assert words.duration(seconds) == text


def test_times_say_the_day_only_when_it_is_another_one():
    at = time.mktime((2025, 11, 22, 14, 2, 11, 0, 0, -1))
    assert words.clock(at, now=at + 60) == "14:02:11"
    assert words.clock(at, now=at + 86_400) == "Nov 22 14:02:11"
    assert words.clock(at, now=at + 86_400 * 365) == "2025-11-22"


def test_paths_beneath_this_folder_are_shown_as_typed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir("/usr")
    assert words.shown(Path("/usr/lib/x")) == "lib/x"
    assert words.shown("/etc/x") == "/etc/x"
