"""Rings: numbers, what is overwritten, what a reader missed."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.observe.ring import Ring


def filled(size: int, count: int) -> Ring[str]:
    ring: Ring[str] = Ring(size)
    for number in range(1, count + 1):
        assert ring.append(f"r{number}") == number
    return ring


def test_an_empty_ring_has_nothing_and_nothing_was_missed() -> None:
    ring: Ring[str] = Ring(4)
    assert (ring.head, ring.oldest, ring.get(1), ring.after(0, 10)) == (0, 1, None, ([], 0))


def test_records_are_numbered_from_one_and_found_by_number() -> None:
    ring = filled(4, 3)
    assert (ring.head, ring.oldest, ring.get(2), ring.get(4), ring.get(0)) == (
        3,
        1,
        "r2",
        None,
        None,
    )


def test_the_newest_records_are_kept_and_older_ones_missed_exactly() -> None:
    ring = filled(4, 10)
    assert (ring.head, ring.oldest, ring.get(6), ring.get(7)) == (10, 7, None, "r7")
    assert ring.after(0, 10) == ([(n, f"r{n}") for n in (7, 8, 9, 10)], 6)
    assert ring.after(5, 10) == ([(n, f"r{n}") for n in (7, 8, 9, 10)], 1)
    assert ring.after(6, 10) == ([(n, f"r{n}") for n in (7, 8, 9, 10)], 0)


def test_a_page_ends_at_its_limit() -> None:
    ring = filled(8, 8)
    assert ring.after(2, 3) == ([(3, "r3"), (4, "r4"), (5, "r5")], 0)
    assert ring.after(2, 0) == ([], 0)


def test_a_reader_that_is_up_to_date_or_ahead_gets_nothing() -> None:
    ring = filled(4, 10)
    assert ring.after(10, 5) == ([], 0)
    assert ring.after(99, 5) == ([], 0)


@pytest.mark.parametrize("size", [0, -4, 3, 6])
def test_the_size_is_a_power_of_two(size: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        Ring(size)


@given(
    size=st.sampled_from([1, 2, 4, 8]),
    count=st.integers(0, 40),
    limit=st.integers(1, 7),
)
def test_pages_and_what_was_missed_add_up_to_all_that_was_written(
    size: int, count: int, limit: int
) -> None:
    ring = filled(size, count)
    seen, missed, found = 0, 0, []
    while True:
        page, lost = ring.after(seen, limit)
        missed += lost
        if not page:
            break
        found += page
        seen = page[-1][0]
    assert missed + len(found) == count
    assert found == [(n, f"r{n}") for n in range(count - len(found) + 1, count + 1)]


def test_a_reader_in_another_thread_never_sees_a_mix() -> None:
    ring: Ring[int] = Ring(8)
    is_over = threading.Event()
    wrong: list[tuple[int, int]] = []
    total = 0

    def read() -> None:
        nonlocal total
        seen = 0
        while True:
            over = is_over.is_set()
            page, missed = ring.after(seen, 5)
            total += missed + len(page)
            wrong.extend((number, record) for number, record in page if record != number * 10)
            if page:
                seen = page[-1][0]
            elif over:
                total -= missed
                break

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 20_001):
        ring.append(number * 10)
    is_over.set()
    reader.join()
    assert wrong == []
