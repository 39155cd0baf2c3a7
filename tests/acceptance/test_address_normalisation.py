"""address-normalisation.yaml: an address comes into one form, or is refused with the reason."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Run
from tests.helpers.worlds import World

GOOD = {
    "line1": " 123   main st ",
    "city": "san francisco",
    "region": "california",
    "postal_code": "94105-1234",
    "country": "us",
}
EXECUTE = "address.normalize.execute"


@pytest.fixture
def world(run: Run) -> World:
    return run("address-normalisation")


def test_an_address_comes_into_one_form(world: World):
    assert world.ask("address", EXECUTE, GOOD).ok
    state = world.state("address")
    assert state["normalized_address"] == "123 Main St, San Francisco, CA 94105, US"
    assert (state["last_status"], state["successful_runs"]) == ("ok", 1)


def test_a_missing_postal_code_is_named_and_nothing_is_counted(world: World):
    without = {key: value for key, value in GOOD.items() if key != "postal_code"}
    answer = world.ask("address", EXECUTE, without)
    assert answer.ok is False
    assert answer.error is not None
    assert "postal_code" in answer.error.message
    assert world.state("address")["successful_runs"] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"postal_code": "94-1"}, "postal_code must include at least 5 digits"),
        ({"country": "DE"}, "country must be US or USA, not DE"),
    ],
)
def test_what_is_wrong_is_kept_in_the_state(world: World, change: dict[str, str], message: str):
    answer = world.ask("address", EXECUTE, GOOD | change)
    assert answer.ok is False
    state = world.state("address")
    assert (state["last_status"], state["validation_errors"]) == ("error", [message])


def test_a_reset_brings_the_declared_state_back(world: World):
    fresh = world.state("address")
    world.ask("address", EXECUTE, GOOD)
    world.ask("address", "address.normalize.reset")
    assert world.state("address") == fresh
