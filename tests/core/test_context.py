from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.context import AgentInfo, Context

NOW_NS = 1_767_319_445_678_901_000


@given(st.integers(0, 2**63))
def test_the_same_readings_give_the_same_values_again(seed):
    def draw(ctx: Context) -> list[object]:
        return [ctx.now, ctx.uuid(), ctx.random(), ctx.uuid(), ctx.command_uuid, ctx.command_random]

    one, again = (draw(Context(NOW_NS, seed)) for _ in range(2))
    assert one == again
    assert len(set(map(str, one))) == len(one)


def test_time_is_text_of_the_one_reading():
    assert Context(NOW_NS).now == "2026-01-02T02:04:05.678901Z"


@given(st.integers(0))
def test_ids_are_random_uuids_and_numbers_lie_below_one(seed):
    ctx = Context(0, seed)
    for text in (ctx.uuid(), ctx.command_uuid):
        parsed = uuid.UUID(text)
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)
    assert 0 <= ctx.random() < 1
    assert 0 <= ctx.command_random < 1


def test_the_values_of_the_command_do_not_depend_on_what_was_drawn_before():
    ctx = Context(0, 7)
    before = (ctx.command_uuid, ctx.command_random)
    ctx.uuid()
    assert (ctx.command_uuid, ctx.command_random) == before


def test_the_effect_key_names_the_instruction_of_the_command():
    ctx = Context(command=("shop:root/billing", 3, 41))
    assert ctx.effect_key == "shop:root/billing:3:41/0"
    ctx.step = 2
    assert ctx.effect_key == "shop:root/billing:3:41/2"
    assert Context(command="c1").effect_key == "c1/0"


def test_an_agent_without_surroundings_is_known_by_nothing():
    assert Context().agent == AgentInfo("", "", None, {}, None, None)
