"""A form made from a route's schema: one field for each parameter, checked at every key. Pure.

What a text means is decided by the same rules as on the command line (`control.parameters`).
Whether a value is allowed is finally the engine's to say.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from jido_cli.control import parameters
from jido_cli.tui.model.field import TextField
from jido_cli.tui.model.schema_words import check, describe

Schema: TypeAlias = Mapping[str, Any]
FieldKind: TypeAlias = Literal["text", "choice", "box", "json"]


@dataclass(slots=True)
class FormField:
    """One parameter: what it takes, and what was typed.

    Args:
        key: its name.
        schema: its JSON Schema.
        is_required: whether it must be given.
        kind: how it is edited.
        line: the text that is typed, for `text` and `json`.
        chosen: the value, for `choice` and `box`; None when it is not given.
    """

    key: str
    schema: Schema
    is_required: bool
    kind: FieldKind
    line: TextField
    chosen: Any = None

    @property
    def takes(self) -> str:
        """What it takes, in words: `text, required`, `integer, 1 to 99`."""
        return describe(self.schema, is_required=self.is_required)

    @property
    def is_given(self) -> bool:
        """Whether there is a value to send."""
        return self.chosen is not None if self.kind in ("choice", "box") else bool(self.line.text)

    def value(self) -> Any:
        """Return the value to send."""
        if self.kind in ("choice", "box"):
            return self.chosen
        return parameters.typed(self.line.text, self.schema)

    def cycle(self, step: int) -> None:
        """Choose the next value; not given is one of them when it may be left out."""
        options: list[Any] = [True, False] if self.kind == "box" else list(self.schema["enum"])
        if not self.is_required:
            options = [None, *options]
        at = options.index(self.chosen) if self.chosen in options else 0
        self.chosen = options[(at + step) % len(options)]

    def problem(self) -> str:
        """Return what is wrong with it, or nothing."""
        if not self.is_given:
            return "required" if self.is_required and "default" not in self.schema else ""
        return check(self.value(), self.schema)


class SignalForm:
    """Type and data of a signal to one agent.

    Args:
        ident: the agent, as commands name it.
        routes: its routes, as the engine tells them.
        verb: `send` or `call`.
        engine_flag: how commands name the engine.
    """

    def __init__(
        self, ident: str, routes: Sequence[Mapping[str, Any]], verb: str, engine_flag: str = ""
    ) -> None:
        self.ident = ident
        self.routes = list(routes)
        self.verb = verb
        self._engine_flag = engine_flag
        self.type_line = TextField()
        self.fields: list[FormField] = []
        self.json_line: TextField | None = None
        self.at = 0  # the field that is edited: 0 is the type
        self.problems_shown = False  # also of fields that nobody has touched
        self._route = -1
        self._kept: dict[str, str] = {}
        if self.routes:
            self.choose_route(0)

    def take_routes(self, routes: Sequence[Mapping[str, Any]]) -> None:
        """Take the routes once they are known; what was typed meanwhile stays."""
        if routes and not self.routes:
            self.routes = list(routes)
            if not self.type_line.text:
                self.choose_route(0)

    # -- the type

    @property
    def route(self) -> Mapping[str, Any] | None:
        """The route that was chosen, or the one whose pattern was typed."""
        typed = self.type_line.text
        for route in self.routes:
            if route["pattern"] == typed:
                return route
        return self.routes[self._route] if 0 <= self._route < len(self.routes) else None

    def choose_route(self, index: int) -> None:
        """Take a route's pattern for the type, and make the fields of its parameters."""
        self._route = index % len(self.routes)
        self.type_line.set(str(self.routes[self._route]["pattern"]))
        self._make_fields()

    def cycle_route(self, step: int) -> None:
        """Take the next route."""
        if self.routes:
            self.choose_route(self._route + step)

    def typed_type(self) -> None:
        """The type was edited: it may be another route's now."""
        for index, route in enumerate(self.routes):
            if route["pattern"] == self.type_line.text and index != self._route:
                self._route = index
                self._make_fields()

    def _make_fields(self) -> None:
        self._kept |= {one.key: one.line.text for one in self.fields if one.line.text}
        route = self.route
        schema = (route.get("params") if route else None) or {}
        required = schema.get("required") or ()
        self.fields = [
            _field(key, one, is_required=key in required, text=self._kept.get(key, ""))
            for key, one in parameters.properties(schema).items()
        ]
        self.at = min(self.at, len(self.fields))

    # -- moving and editing

    @property
    def field(self) -> FormField | None:
        """The parameter that is edited; None when it is the type."""
        return self.fields[self.at - 1] if 0 < self.at <= len(self.fields) else None

    def move(self, step: int) -> None:
        """Go to the next field."""
        self.at = (self.at + step) % (len(self.fields) + 1)

    @property
    def is_last(self) -> bool:
        """Whether there is no field after this one."""
        return self.at == len(self.fields)

    def line(self) -> TextField | None:
        """Return the text that keys go to; None where keys choose."""
        if self.json_line is not None:
            return self.json_line
        field = self.field
        if field is None:
            return self.type_line
        return None if field.kind in ("choice", "box") else field.line

    def edit_json(self) -> None:
        """Edit all data as one JSON text, or go back to the fields."""
        if self.json_line is None:
            self.json_line = TextField(json.dumps(self._field_data(), ensure_ascii=False))
            return
        data = self._json_data()
        self.json_line = None
        for field in self.fields:
            if isinstance(data, dict) and field.key in data:
                _put(field, data[field.key])

    # -- what comes of it

    def problems(self) -> int:
        """Return how many fields are to be mended."""
        if self.json_line is not None:
            return 0 if isinstance(self._json_data(), dict) else 1
        wrong_type = 1 if not self.type_line.text or "*" in self.type_line.text else 0
        return wrong_type + sum(1 for field in self.fields if field.problem())

    def go_to_problem(self) -> None:
        """Go to the first field that is to be mended, and show what is wrong with all."""
        self.problems_shown = True
        if not self.type_line.text or "*" in self.type_line.text:
            self.at = 0
            return
        for number, field in enumerate(self.fields):
            if field.problem():
                self.at = number + 1
                return

    def signal(self) -> dict[str, object]:
        """Return the signal to send."""
        data = self._json_data() if self.json_line is not None else self._field_data()
        return {"type": self.type_line.text, "data": data}

    def command(self) -> str:
        """Return the command that does the same."""
        words = ["jido", self.verb, self.ident, self.type_line.text or "TYPE"]
        if self.json_line is not None:
            data = self._json_data()
            pairs = list(data.items()) if isinstance(data, dict) else []
            words += [_word(key, value, None) for key, value in pairs]
        else:
            words += [
                _word(field.key, field.value(), field.schema)
                for field in self.fields
                if field.is_given
            ]
        return shlex.join(words) + self._engine_flag

    def _field_data(self) -> dict[str, object]:
        return {field.key: field.value() for field in self.fields if field.is_given}

    def _json_data(self) -> object:
        assert self.json_line is not None
        try:
            value: object = json.loads(self.json_line.text or "{}")
        except ValueError:
            return None
        return value


def _field(key: str, schema: Schema, *, is_required: bool, text: str) -> FormField:
    kind: FieldKind = "text"
    if schema.get("enum"):
        kind = "choice"
    elif schema.get("type") == "boolean":
        kind = "box"
    elif schema.get("type") in ("object", "array"):
        kind = "json"
    return FormField(key, schema, is_required, kind, TextField(text))


def _put(field: FormField, value: object) -> None:
    if field.kind in ("choice", "box"):
        field.chosen = value
    else:
        field.line.set(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _word(key: str, value: object, schema: Schema | None) -> str:
    """Return `key=value` as the command line reads it back, else `key:=json`."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    reads_back = parameters.typed(text, schema)
    if type(reads_back) is type(value) and reads_back == value:
        return f"{key}={text}"
    return f"{key}:={json.dumps(value, ensure_ascii=False)}"
