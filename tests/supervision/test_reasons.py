"""Which exits lead to a restart: OTP's truth table, whole."""

from __future__ import annotations

import pytest

from jido_cli.supervision.reasons import (
    KILLED,
    NORMAL,
    SHUTDOWN,
    ExitReason,
    crash,
    should_restart,
)
from jido_cli.supervision.specs import Restart

DETAILED = ExitReason("shutdown", "x")

TABLE: dict[tuple[Restart, ExitReason], bool] = {
    ("permanent", NORMAL): True,
    ("permanent", SHUTDOWN): True,
    ("permanent", DETAILED): True,
    ("permanent", KILLED): True,
    ("permanent", crash("x")): True,
    ("transient", NORMAL): False,
    ("transient", SHUTDOWN): False,
    ("transient", DETAILED): False,
    ("transient", KILLED): True,
    ("transient", crash("x")): True,
    ("temporary", NORMAL): False,
    ("temporary", SHUTDOWN): False,
    ("temporary", DETAILED): False,
    ("temporary", KILLED): False,
    ("temporary", crash("x")): False,
}


@pytest.mark.parametrize(("restart", "reason"), TABLE)
def test_an_exit_leads_to_a_restart_as_in_otp(restart: Restart, reason: ExitReason) -> None:
    assert should_restart(restart, reason) is TABLE[restart, reason]


def test_a_detail_never_changes_the_decision() -> None:
    assert should_restart("transient", ExitReason("killed", "memory"))
    assert not should_restart("transient", ExitReason("normal", "done"))


def test_a_reason_is_written_as_its_kind_with_the_detail() -> None:
    assert [str(NORMAL), str(DETAILED), str(crash("KeyError: 'sku'"))] == [
        "normal",
        "shutdown(x)",
        "crash(KeyError: 'sku')",
    ]


def test_a_restart_type_that_is_none_is_a_fault() -> None:
    with pytest.raises(AssertionError, match="sometimes"):
        should_restart("sometimes", NORMAL)  # type: ignore[arg-type]
