from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.idents import IdSource, format_ident, shape_uuid7

MS = 1_767_319_445_678


def test_an_id_of_a_source_is_a_uuid_of_version_7():
    parsed = uuid.UUID(format_ident(IdSource(lambda bits: (1 << bits) - 1).next(MS)))
    assert (parsed.version, parsed.variant, parsed.int >> 80) == (7, uuid.RFC_4122, MS)


@given(st.lists(st.integers(0, 5), min_size=1), st.integers(0))
def test_ids_of_a_source_only_go_up_whatever_the_clock_does(times, seed):
    source = IdSource(lambda bits: seed % (1 << bits))
    ids = [source.next(ms) for ms in times]
    texts = [format_ident(ident) for ident in ids]
    assert ids == sorted(set(ids))
    assert texts == sorted(set(texts))


def test_a_count_that_starts_as_high_as_it_can_stays_a_uuid():
    source = IdSource(lambda bits: (1 << bits) - 1)
    first = source.next(MS)
    following = uuid.UUID(format_ident(source.next(MS)))
    assert following.int == first + 1
    assert (following.version, following.variant) == (7, uuid.RFC_4122)


def test_what_a_command_emits_always_has_the_same_id():
    ident = (MS, "shop:root/billing", 3, 41, 0)
    assert format_ident(ident) == format_ident((MS, "shop:root/billing", 3, 41, 0))
    assert format_ident(ident) == "019b7c72-a0ae-70b5-aff8-5eaf960b712d"


@given(
    st.tuples(st.text(max_size=3), *[st.integers(0, 20)] * 3),
    st.tuples(st.text(max_size=3), *[st.integers(0, 20)] * 3),
)
def test_different_places_in_different_commands_have_different_ids(one, other):
    same = format_ident((MS, *one)) == format_ident((MS, *other))
    assert same == (one == other)


@given(st.integers(0, (1 << 48) - 1), st.integers(0, (1 << 74) - 1))
def test_any_time_and_bits_make_a_uuid_that_carries_them(ms, bits):
    parsed = uuid.UUID(int=shape_uuid7(ms, bits))
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    low = parsed.int & ((1 << 62) - 1)
    assert (parsed.int >> 80, (parsed.int >> 64 & 0xFFF) << 62 | low) == (ms, bits)


def test_text_stays_as_it_came():
    assert format_ident("order-7") == "order-7"
