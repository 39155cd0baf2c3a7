from jido_cli import Plugin

WHAT = "plugin"


class Notes(Plugin):
    name = "notes"
    config_schema = {"token": {"type": "string", "default": None}, "label": "mine"}
    requires = [("plugin", "thread"), ("config", "token"), ("config", "label"), ("module", "none")]


class Computed(Plugin):
    name = "computed"
    requires = [(WHAT, "never")]
