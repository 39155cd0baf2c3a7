"""The plugin of notes.yaml: notes with a label, and a guard over what is written."""

from __future__ import annotations

from jido_cli import ActionError, Plugin, action


@action
def add(state: dict, text: str) -> dict:
    """Put a note in front of the others."""
    return {"entries": [text, *state["entries"]]}


@action
def clear() -> dict:
    """Forget all notes."""
    return {"entries": []}


class Notes(Plugin):
    """Keeps notes; refuses words that are not to be written down."""

    name = "notes"
    description = "Notes with a label."
    state_schema = {"entries": [], "label": ""}
    config_schema = {"label": "demo", "refuse": {"type": "array", "default": []}}
    actions = (add, clear)
    signal_patterns = ("notes.*", "*.notes.*")
    signal_routes = {"add": add, "clear": clear}

    def mount(self, state):
        return {"label": self.config["label"]}

    def prepare_action(self, signal, actions, view):
        text = str((signal.data or {}).get("text", ""))
        for word in self.config["refuse"]:
            if word in text:
                raise ActionError(f"{word!r} is not written down", code="refused", retryable=False)
