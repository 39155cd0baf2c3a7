"""An expression costs what it reads, not what there is: counted, on a state of a megabyte."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jido_cli.core.expressions import Environment, Scope

USERS = 12_000
TYPED = Environment(
    {
        "state": {
            "type": "object",
            "properties": {
                "count": {"type": "integer"},
                "name": {"type": "string"},
                "users": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "properties": {"name": {"type": "string"}, "n": {"type": "integer"}},
                        "additionalProperties": False,
                    },
                },
                "log": {"type": "array", "items": {"type": "string"}},
            },
            "additionalProperties": False,
        }
    }
)
DYNAMIC = Environment({"state": "dyn"})


class Touched:
    """How many elements were read."""

    def __init__(self) -> None:
        self.count = 0


class CountedDict(dict[str, object]):
    """A map that counts what is read of it."""

    touched: Touched

    def __getitem__(self, key: str) -> object:
        self.touched.count += 1
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[str]:
        for key in super().__iter__():
            self.touched.count += 1
            yield key


class CountedList(list[object]):
    """A list that counts what is read of it."""

    touched: Touched

    def __getitem__(self, position: object) -> object:
        self.touched.count += 1
        return super().__getitem__(position)  # type: ignore[index]

    def __iter__(self) -> Iterator[object]:
        for each in super().__iter__():
            self.touched.count += 1
            yield each


def counted(value: object, touched: Touched) -> object:
    if isinstance(value, dict):
        made = CountedDict({key: counted(each, touched) for key, each in value.items()})
        made.touched = touched
        return made
    if isinstance(value, list):
        items = CountedList(counted(each, touched) for each in value)
        items.touched = touched
        return items
    return value


STATE = {
    "count": 3,
    "name": "bo",
    "users": {f"u{n}": {"name": f"user number {n} of many", "n": n} for n in range(USERS)},
    "log": [f"line {n} of a long log" for n in range(USERS)],
}


@pytest.mark.parametrize("environment", [TYPED, DYNAMIC], ids=["typed", "dynamic"])
@pytest.mark.parametrize(
    ("text", "want", "most"),
    [
        ("state.count + 1", 4, 1),
        ("state.users['u7'].name", "user number 7 of many", 3),
        ("state.users.u7.n > 3 && state.count == 3", True, 4),
        ("'u7' in state.users", True, 1),
        ("has(state.users.u7.name)", True, 2),
        ("state.users[?'u7'].name.orValue('')", "user number 7 of many", 3),
        ("state.users.?nobody.hasValue()", False, 1),
        ("state.log[5]", "line 5 of a long log", 2),
        ("size(state.log) + size(state.users)", 2 * USERS, 2),
        ("state.log.take(2).join()", "line 0 of a long logline 1 of a long log", 4),
        ("{'name': state.name, 'n': state.count}", {"name": "bo", "n": 3}, 2),
    ],
)
def test_what_is_not_read_costs_nothing(
    environment: Environment, text: str, want: object, most: int
) -> None:
    expression = environment.compile(text)
    touched = Touched()
    state = counted(STATE, touched)
    assert expression.run(Scope(state=state)) == want
    assert touched.count <= most


def test_a_macro_ends_with_the_element_that_decides() -> None:
    touched = Touched()
    expression = TYPED.compile("state.log.exists(line, line.startsWith('line 3'))")
    assert expression.run(Scope(state=counted(STATE, touched))) is True
    assert touched.count == 5
